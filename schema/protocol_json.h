// The two halves of the JSON codec. Threads: any.
#pragma once

#include <string>
#include <string_view>

#include "schema/protocol_rules.h"

namespace courtside::protocol {

Decoded decode_json(std::string_view message, Timestamp received);
void encode_json(const ServerMessage& message, std::string& out);

}  // namespace courtside::protocol
