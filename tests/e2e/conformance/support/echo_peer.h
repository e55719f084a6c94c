// One WebSocket at /v1/echo, frame by frame: it sends anything, and describes what comes back.
// Threads: one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tests/e2e/support/socket.h"
#include "tests/e2e/support/ws_client.h"

namespace courtside::e2e {

class EchoPeer {
 public:
  // Offers these extensions. Failure when there is no upgrade.
  explicit EchoPeer(std::uint16_t port, const std::string& extensions = "");

  // The extensions that the server agreed on.
  const std::string& agreed() const { return agreed_; }

  void send(const Frame& frame) { socket_.write(encode_frame(frame)); }
  void send_raw(std::string_view bytes) { socket_.write(bytes); }
  // In pieces of so many bytes, each with a write of its own.
  void send_chopped(std::string_view bytes, std::size_t piece_bytes);

  // The next frame, as it is on the wire. `payload` is "end" and `fin` false at the end of the
  // connection.
  Frame receive();
  // "text(Hello) pong() close(1000) ": everything up to the end of the connection. The reasons of
  // closes are left out.
  std::string receive_all();

 private:
  void need(std::size_t size_bytes);

  Socket socket_;
  std::string agreed_;
};

// "text(Hello) ". Long payloads are described by their size and a checksum.
std::string describe(const Frame& frame);

// Frames as a client sends them.
inline Frame text(const std::string& payload) { return {.payload = payload}; }
inline Frame binary(const std::string& payload) {
  return {.opcode = Opcode::kBinary, .payload = payload};
}
inline Frame ping(const std::string& payload) {
  return {.opcode = Opcode::kPing, .payload = payload};
}
inline Frame pong(const std::string& payload) {
  return {.opcode = Opcode::kPong, .payload = payload};
}
inline Frame first(const std::string& payload) { return {.fin = false, .payload = payload}; }
inline Frame middle(const std::string& payload) {
  return {.fin = false, .opcode = Opcode::kContinuation, .payload = payload};
}
inline Frame last(const std::string& payload) {
  return {.opcode = Opcode::kContinuation, .payload = payload};
}
// With code 0 the body is empty; `reason` follows the code.
Frame close(int code, const std::string& reason = "");

// What a client sends, and all that must come back.
struct EchoCase {
  std::string name;  // the number in Autobahn's list, and what it is about
  std::vector<Frame> frames;
  std::string expected;
};

// Sends the frames and then a close: at once, frame by frame, and in pieces of one byte (of 997 if
// there is more than 4 KiB). Expects `expected`, and the answer to the close unless it has one.
void expect_echo(std::uint16_t port, const EchoCase& each);

}  // namespace courtside::e2e
