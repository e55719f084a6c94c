// What a client may send over WebSocket, well and badly, with the answer that RFC 6455 requires.
// The codec, connections, and connections over TLS are tested with the same table.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tests/transport/websocket_bytes.h"
#include "transport/websocket_codec.h"

namespace courtside::testing_cases {

// A message or control frame that was received whole.
struct Seen {
  Opcode opcode = Opcode::kText;
  std::string payload = {};
  int close_code = 0;
};

// "text(abc)", "close(1000,bye)". Long payloads by length and checksum, to keep failures readable.
inline std::string describe(const Seen& seen) {
  std::string payload = seen.payload;
  if (payload.size() > 64) {
    unsigned sum = 0;
    for (const char byte : payload) sum = sum * 31 + static_cast<unsigned char>(byte);
    payload = std::to_string(seen.payload.size()) + " bytes " + std::to_string(sum);
  }
  switch (seen.opcode) {
    case Opcode::kText: return "text(" + payload + ") ";
    case Opcode::kBinary: return "binary(" + payload + ") ";
    case Opcode::kPing: return "ping(" + payload + ") ";
    case Opcode::kPong: return "pong(" + payload + ") ";
    case Opcode::kClose: break;
  }
  return "close(" + std::to_string(seen.close_code) + "," + payload + ") ";
}

// A text of everything that a codec passes on.
class Listing final : public WebSocketInputHandler {
 public:
  bool on_input(const WebSocketInput& input) override {
    text_ += describe({input.opcode, std::string(input.payload), input.close_code});
    return true;
  }
  void add_violation(int code) { text_ += "!" + std::to_string(code) + " "; }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

struct FrameCase {
  const char* name;
  std::string bytes;
  std::vector<Seen> seen;
  int violation = 0;  // the close code that ends it
};

// What a codec tells of it.
inline std::string parsed(const FrameCase& each) {
  std::string text;
  for (const Seen& seen : each.seen) text += describe(seen);
  return each.violation == 0 ? text : text + "!" + std::to_string(each.violation) + " ";
}

// What a server sends that returns each message: pongs for pings, and the close frame.
inline std::string answered(const FrameCase& each) {
  std::string text;
  for (Seen seen : each.seen) {
    if (seen.opcode == Opcode::kPong) continue;
    if (seen.opcode == Opcode::kPing) seen.opcode = Opcode::kPong;
    if (seen.opcode == Opcode::kClose) seen.payload = "";
    text += describe(seen);
  }
  if (each.violation != 0) text += describe({Opcode::kClose, "", each.violation});
  return text;
}

inline Seen said(const std::string& payload) { return {Opcode::kText, payload}; }
inline Seen binary(const std::string& payload) { return {Opcode::kBinary, payload}; }
inline Seen pinged(const std::string& payload) { return {Opcode::kPing, payload}; }
inline Seen ponged(const std::string& payload) { return {Opcode::kPong, payload}; }
inline Seen closed(int code, const std::string& reason = "") {
  return {Opcode::kClose, reason, code};
}

inline std::string control(std::uint8_t opcode, const std::string& payload) {
  return testing_bytes::frame({.opcode = opcode, .payload = payload});
}
inline std::string part(std::uint8_t opcode, bool fin, const std::string& payload) {
  return testing_bytes::frame({.opcode = opcode, .fin = fin, .payload = payload});
}
// The header alone, without mask, of a binary frame that declares this length.
inline std::string declared(std::uint64_t length) {
  std::string header = "\x82\xFF";
  testing_bytes::append_big_endian(header, length, 8);
  return header;
}

// The limits that the table is for.
inline constexpr WebSocketLimits kCaseLimits = {.message_bytes_max = 1000, .fragments_max = 4};

std::vector<FrameCase> frame_cases();

}  // namespace courtside::testing_cases
