// What a client hears in one message of courtside.v1.json, or in the data of a server-sent event;
// parsed without the server's codec.
//
// Threads: values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "schema/position.h"

namespace courtside::simulation {

struct ServerMessage {
  std::string type = {};
  std::uint32_t id = 0;
  std::uint32_t sub = 0;
  Offset position{};  // also of `head`, `after`
  Offset from{};
  Offset to{};
  bool is_foreign = false;  // a position of another epoch
  bool is_live = false;
  std::string code = {};
  std::string event_id = {};
  std::size_t event_members = 0;
  std::vector<ServerMessage> events = {};  // of a batch; each has a position and an event
};

// The text messages in a block of whole frames, without close frames.
std::vector<std::string> payloads_of(std::string_view frames);

// REQUIRES: a message of the protocol.
ServerMessage parse_server_message(std::string_view text);

extern const char* const kServerEpoch;

}  // namespace courtside::simulation
