// What the client commands share: one WebSocket session with a running server, in JSON, on a loop
// of the command's own. Threads: the main one.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "cli/commands/server_words.h"
#include "cli/remote/remote.h"
#include "cli/remote/tunnel.h"
#include "transport/client/client.h"
#include "transport/loop.h"

namespace courtside {

class ClientSession : private WebSocketClientHandler {
 public:
  struct Events {
    std::function<void(const ServerWords& welcome)> on_welcome;
    std::function<void(const ServerWords& message)> on_message;  // every later one
    // The last word: an Error that says why.
    std::function<void(const Error& error)> on_closed;
  };

  // Connects, which blocks. The credential goes into `hello`.
  ClientSession(Loop& loop, const Remote& remote, Events events);
  ~ClientSession() override;

  void send(std::string_view message) {
    if (client_) client_->send(Opcode::kText, message);
  }
  std::size_t queued_bytes() const { return client_ ? client_->queued_bytes() : 0; }
  void close() {
    if (client_) client_->close(1000);
  }
  // See WebSocketClient.
  void abort_after_silence(std::uint64_t ms) {
    if (client_) client_->abort_after_silence(ms);
  }

 private:
  void on_open(WebSocketClient& client) override;
  void on_message(WebSocketClient& client, Opcode opcode, std::string_view payload) override;
  void on_closed(WebSocketClient& client, std::uint16_t close_code,
                 std::string_view reason) override;

  Loop& loop_;
  const Remote remote_;
  Events events_;
  bool welcomed_ = false;
  TimerId report_timer_;                     // for what fails before there is a client
  std::unique_ptr<Tunnel> tunnel_;           // null where it could not be connected
  std::unique_ptr<WebSocketClient> client_;  // likewise
};

}  // namespace courtside
