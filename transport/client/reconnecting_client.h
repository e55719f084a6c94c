// A WebSocket client that connects again whenever its connection is lost. Threads: the loop's.
//
//   ReconnectingClient client(loop, target, "/v1/ws", "courtside.v1.json");
//   const auto on_closed = [](std::uint16_t code, std::string_view) { return code != 4403; };
//   client.connect({[&] { client.send(hello); }, on_message, on_closed});
//   loop.run();
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <string_view>

#include "transport/client/client.h"
#include "transport/loop.h"

namespace courtside {

class ReconnectingClient : private WebSocketClientHandler {
 public:
  // The longest pause before the next attempt: it doubles from kPauseMsMin to kPauseMsMax until
  // reset_pause() is called. The pause itself is random, from 0 to that: clients that lost one
  // server do not come back at the same moment.
  static constexpr std::uint64_t kPauseMsMin = 500;
  static constexpr std::uint64_t kPauseMsMax = 30'000;
  // See WebSocketClient::abort_after_silence(): twice the server's default heartbeat. It counts
  // from the connect; the handler may set another time on each connection.
  static constexpr std::uint64_t kSilenceMsMax = 50'000;
  static constexpr std::size_t kMessageBytesMax = 1 << 20;

  // None may destroy the client.
  struct Callbacks {
    std::function<void()> on_open;
    std::function<void(std::string_view text)> on_message;
    // The connection was refused, lost or closed; a code of 0: without a close frame. Returns
    // whether to connect again.
    std::function<bool(std::uint16_t close_code, std::string_view reason)> on_closed;
  };

  ReconnectingClient(Loop& loop, ClientTarget target, std::string path, std::string subprotocol);
  ~ReconnectingClient() override;
  ReconnectingClient(const ReconnectingClient&) = delete;
  ReconnectingClient& operator=(const ReconnectingClient&) = delete;

  // Call once. A name is resolved at each connect, which blocks.
  void connect(Callbacks callbacks);
  // Dropped while there is no connection.
  void send(std::string_view text);
  void abort();  // resets the connection; on_closed follows
  void abort_after_silence(std::uint64_t ms);
  // The server serves us: the next pause begins at kPauseMsMin again. An open connection alone does
  // not show it, because a server may close it at once.
  void reset_pause() { pause_ms_max_ = kPauseMsMin; }

 private:
  void open();
  void on_open(WebSocketClient& client) override;
  void on_message(WebSocketClient& client, Opcode opcode, std::string_view payload) override;
  void on_closed(WebSocketClient& client, std::uint16_t close_code,
                 std::string_view reason) override;

  Loop& loop_;
  const ClientTarget target_;
  const std::string path_;
  const std::string subprotocol_;
  Callbacks callbacks_;
  std::unique_ptr<WebSocketClient> client_;
  TimerId retry_timer_;
  std::uint64_t pause_ms_max_ = kPauseMsMin;
  std::mt19937_64 random_{std::random_device()()};
};

}  // namespace courtside
