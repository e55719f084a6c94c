// RFC 6455 frames to whole messages and back, without I/O. wslay does the framing
// (wslay_frame_recv, wslay_frame_send). The assembler, its limits and the closing rules are ours,
// because wslay's event API gets several of them wrong (docs/decisions/0004).
//
// Threads: one connection's loop.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/message_deflate.h"
#include "base/result.h"

namespace courtside {

enum class WebSocketRole : std::uint8_t { kServer, kClient };
enum class Opcode : std::uint8_t { kText = 1, kBinary = 2, kClose = 8, kPing = 9, kPong = 10 };

struct WebSocketLimits {
  std::size_t message_bytes_max = 64 * 1024;  // more, or inflated to more: close 1009
  std::size_t fragments_max = 256;            // of one message; more: close 1009
  // Each fragment after the first counts as so many bytes more.
  std::size_t fragment_bytes = 128;

  friend bool operator==(const WebSocketLimits&, const WebSocketLimits&) = default;
};

// One whole message or control frame, valid until the next call of feed().
struct WebSocketInput {
  Opcode opcode = Opcode::kText;
  std::string_view payload;        // of a close: the reason
  std::uint16_t close_code = 0;    // of a close: its code, 1005 when it had none
  bool is_within_message = false;  // a control frame between two fragments
};

// Receives what feed() finds. It must not destroy the codec during a call.
class WebSocketInputHandler {
 public:
  virtual ~WebSocketInputHandler() = default;
  // False stops feed() after this input; feed() returns how far it came.
  virtual bool on_input(const WebSocketInput& input) = 0;
};

// An idle connection holds almost no memory: between messages there is no parser state, and one
// state per thread is shared. A message's buffer grows with the bytes that arrived, not with the
// announced length.
class WebSocketCodec {
 public:
  // `inflates`: permessage-deflate was agreed on (RFC 7692), without context takeover. Compressed
  // messages are collected, and inflated when they are whole: so all connections of a thread share
  // one inflater, also when messages come in fragments.
  WebSocketCodec(WebSocketRole role, const WebSocketLimits& limits, bool inflates = false);
  ~WebSocketCodec();
  WebSocketCodec(WebSocketCodec&&) noexcept;

  WebSocketRole role() const { return role_; }

  // Parses `input` and returns how many bytes were used: all, or up to where the handler stopped. A
  // protocol violation is returned with the close code to send (1002, 1007, 1009) and a
  // reason; nothing may be fed after it. A frame whose announced length exceeds the limit is
  // refused by its header, before anything of its payload comes.
  struct Violation {
    std::uint16_t close_code = 0;
    std::string reason;
  };
  tl::expected<std::size_t, Violation> feed(std::string_view input, WebSocketInputHandler& handler);

  // Whether a frame or a fragmented message has begun and not ended. Not within feed().
  bool is_unfinished() const { return state_ != nullptr; }

 private:
  struct State;
  class Assembler;
  void put_away(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;  // only in the middle of a frame or of a fragmented message
  WebSocketRole role_;
  WebSocketLimits limits_;
  bool inflates_;
};

// Appends one whole, final frame. A client's frame is masked with a fresh random key.
void append_frame(std::string& out, Opcode opcode, std::string_view payload,
                  WebSocketRole role = WebSocketRole::kServer);
// The same for a server's message, compressed where permessage-deflate was agreed on and pays: the
// message has kDeflateBytesMin bytes or more, and gets smaller. `window_bits`:
// DeflateAgreement::window_bits; 0: not agreed on. The compressor is shared by the thread's
// connections.
inline constexpr std::size_t kDeflateBytesMin = 1024;
inline constexpr unsigned kDeflateWindowBitsMax = MessageDeflater::kWindowBitsMax;
void append_message_frame(std::string& out, Opcode opcode, std::string_view payload,
                          unsigned window_bits);
// Appends a close frame; `reason` is cut to 123 bytes at a character boundary.
void append_close_frame(std::string& out, std::uint16_t code, std::string_view reason,
                        WebSocketRole role = WebSocketRole::kServer);

// RFC 6455, section 4.2.2: base64(sha1(key + GUID)).
std::string websocket_accept(std::string_view key);

}  // namespace courtside
