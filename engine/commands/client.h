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
#include "engine/remote/remote.h"
#include "engine/remote/tunnel.h"
#include "schema/json_reader.h"
#include "transport/client.h"
#include "transport/loop.h"

namespace courtside {

// The members of one message from the server. Views are valid as long as the message is.
class ServerWords {
 public:
  explicit ServerWords(std::string_view message);

  JsonValue member(std::string_view name) const;
  std::string text(std::string_view name) const;      // empty when it is no string
  std::uint64_t number(std::string_view name) const;  // 0 when it is none
  bool is(std::string_view type) const { return text("type") == type; }

 private:
  std::vector<std::pair<std::string_view, JsonValue>> members_;  // keys with their quotes
};

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
  // Without a goodbye: nobody is there to hear it.
  void abort() {
    if (client_) client_->abort();
  }

 private:
  void on_open(WebSocketClient& client) override;
  void on_message(WebSocketClient& client, Opcode opcode, std::string_view payload) override;
  void on_drained(WebSocketClient& /*client*/) override {}
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
