// The two halves of the FlatBuffers codec. Threads: any.
#pragma once

#include <string>
#include <string_view>

#include "schema/protocol_rules.h"

namespace courtside::protocol {

// File identifiers of the two root types; protocol.fbs can declare only one.
constexpr const char* kClientIdentifier = "CSCM";
constexpr const char* kServerIdentifier = "CSSM";

Decoded decode_flatbuffer(std::string_view message, Timestamp received);
void encode_flatbuffer(const ServerMessage& message, std::string& out);

// The event message with a placeholder for `sub`; append_event_message copies it and sets `sub`.
std::string build_event_message(std::string_view epoch, RecordView record, const ShownPart& part);
void append_event_message(std::string& out, std::uint32_t sub, std::string_view body);
// The same events in one message. An item is a body behind its size.
void append_event_item(std::string& items, std::string_view body);
void append_events_message(std::string& out, std::uint32_t sub, std::string_view items);

}  // namespace courtside::protocol
