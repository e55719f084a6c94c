// The frames that a server of ours sends, found by their headers alone: whole, unmasked, never
// fragmented. A benchmark's subscribers get millions of messages a second on the machine that runs
// the server as well; a complete WebSocket parser for each would measure itself.
//
// Threads: no state.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "transport/websocket_codec.h"

namespace courtside {

// The header of the frame at the beginning of `bytes`.
struct ServerFrame {
  enum class Kind : std::uint8_t { kWhole, kPartial, kForeign };  // kForeign: not ours to read
  Kind kind = Kind::kPartial;
  Opcode opcode = Opcode::kText;
  bool is_compressed = false;
  std::size_t header_bytes = 0;
  std::string_view payload;  // of kWhole
  std::size_t size_bytes() const { return header_bytes + payload.size(); }
};
ServerFrame read_server_frame(std::string_view bytes);

// Calls visit(frame) for each whole frame and answers how many bytes they took; empty
// when something else than our frames came. `visit` answers false to stop behind this one.
template <typename Visit>
std::optional<std::size_t> walk_server_frames(std::string_view bytes, Visit visit) {
  std::size_t used = 0;
  while (true) {
    const ServerFrame frame = read_server_frame(bytes.substr(used));
    if (frame.kind == ServerFrame::Kind::kForeign) return std::nullopt;
    if (frame.kind == ServerFrame::Kind::kPartial) return used;
    used += frame.size_bytes();
    if (!visit(frame)) return used;
  }
}

}  // namespace courtside
