// A WebSocket client written from RFC 6455, without the server's code. It checks that the server
// follows the RFC, and can itself break every rule, frame by frame.
//
// Threads: one reads; another may send at the same time when automatic pongs are off.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tests/e2e/support/socket.h"
#include "tests/e2e/support/test_http_client.h"
#include "tests/e2e/support/wait.h"

namespace courtside::e2e {

enum class Opcode : std::uint8_t {
  kContinuation = 0,
  kText = 1,
  kBinary = 2,
  kClose = 8,
  kPing = 9,
  kPong = 10,
};

struct Frame {
  bool fin = true;
  std::uint8_t rsv = 0;
  Opcode opcode = Opcode::kText;
  std::string payload = {};
};

// A received message or control frame, or the end of the connection without a close frame.
struct Incoming {
  enum class Kind { kText, kBinary, kPing, kPong, kClose, kEnd, kNothing };
  Kind kind = Kind::kNothing;
  std::string payload;
  std::uint16_t close_code = 0;  // 1005: a close frame without a code
};

class WsClient {
 public:
  struct Options {
    std::string path = "/v1/ws";
    std::vector<std::string> subprotocols = {"courtside.v1.json"};
    Headers headers = {};
    int receive_buffer_bytes = 0;  // the kernel's receive buffer; 0: default
    bool answers_pings = true;
    std::string from = {};          // as in Socket::connect
    std::string proxy_header = {};  // sent before HTTP
  };

  // Requests the upgrade. upgraded() tells whether it succeeded, handshake() is the server's
  // answer.
  WsClient(std::uint16_t port, const Options& options);

  bool upgraded() const { return handshake_.status == 101; }
  const HttpResponse& handshake() const { return handshake_; }

  void send_text(std::string_view text) { send(Opcode::kText, text); }
  void send_binary(std::string_view bytes) { send(Opcode::kBinary, bytes); }
  void send(Opcode opcode, std::string_view payload);
  void send_frame(const Frame& frame, bool masked = true);
  void send_close(std::uint16_t code, std::string_view reason = "");

  // The next message or control frame; pings are answered and also returned. kNothing after the
  // deadline. Throws Failure when the server breaks the RFC.
  Incoming receive(Deadline deadline = Deadline());

  Socket& socket() { return socket_; }

 private:
  Frame read_frame(Deadline deadline);
  Incoming control(const Frame& frame);
  bool has_whole_frame() const;

  Options options_;
  Socket socket_;
  HttpResponse handshake_;
  std::string message_;                            // the fragments so far
  Opcode message_opcode_ = Opcode::kContinuation;  // kContinuation: no message has begun
};

// The frame's bytes as a client sends them.
std::string encode_frame(const Frame& frame, bool masked = true);

}  // namespace courtside::e2e
