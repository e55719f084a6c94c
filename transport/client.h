// The other end, for `courtside publish`, `tail` and `bench` and for tests: a WebSocket client and
// a one-shot HTTP request on a Loop. Threads: the loop's.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "transport/connection.h"
#include "transport/loop.h"

namespace courtside {

struct ClientTarget {
  std::string host = "127.0.0.1";  // a literal address or a name
  std::uint16_t port = 8080;
};
// "http://127.0.0.1:8080", "ws://...", or "127.0.0.1:8080". bad_usage otherwise.
Result<ClientTarget> parse_target(std::string_view url);

class WebSocketClient;

class WebSocketClientHandler {
 public:
  virtual ~WebSocketClientHandler() = default;
  virtual void on_open(WebSocketClient& client) = 0;
  virtual void on_message(WebSocketClient& client, Opcode opcode, std::string_view payload) = 0;
  virtual void on_drained(WebSocketClient& client) = 0;
  // The last word: refused, lost or closed. `close_code` 0: without a close frame.
  virtual void on_closed(WebSocketClient& client, std::uint16_t close_code,
                         std::string_view reason) = 0;
};

class WebSocketClient {
 public:
  // Connects; answers pings by itself. A name is looked up on the spot, which blocks. `handler`
  // outlives it. The client may be destroyed at any time but from within its own callbacks,
  // on_closed excepted; without on_closed before, nothing more is heard of it.
  static std::unique_ptr<WebSocketClient> connect(
      Loop& loop, const ClientTarget& target, std::string_view path, std::string_view subprotocol,
      const HttpHeaders& headers, std::size_t message_bytes_max, WebSocketClientHandler& handler);
  // The same over a stream that is connected: `fd`, not blocking, which it takes. `host`: for the
  // Host header.
  static std::unique_ptr<WebSocketClient> over(Loop& loop, int fd, std::string_view host,
                                               std::string_view path, std::string_view subprotocol,
                                               const HttpHeaders& headers,
                                               std::size_t message_bytes_max,
                                               WebSocketClientHandler& handler);
  virtual ~WebSocketClient() = default;

  static constexpr std::uint32_t kHandshakeTimeoutMs = 10'000;  // from connect() to on_open
  static constexpr std::size_t kQueueBytesMax = 1 << 20;        // on_drained after more than that

  virtual void send(Opcode opcode, std::string_view payload) = 0;
  virtual std::size_t queued_bytes() const = 0;
  virtual void pause_reading() = 0;
  virtual void resume_reading() = 0;
  virtual void close(std::uint16_t code) = 0;
  virtual void abort() = 0;  // resets the connection
  // The answer that was no upgrade. `status` 0 where there was none.
  struct Refusal {
    int status = 0;
    std::string location;  // of a redirect
    std::string content_type;
    std::string body;
  };
  virtual const Refusal& refusal() const = 0;
};

// Of an answer to http_request.
inline constexpr std::size_t kHttpAnswerBytesMax = std::size_t{256} << 20;

// One request over a connection of its own, blocking up to `timeout_ms`. Not for loops. unavailable
// when the server cannot be reached or hangs up, timeout, bad_request when it does not speak HTTP.
// The answer's content type is in `content_type`, all its headers are in `headers`.
Result<HttpResponse> http_request(const ClientTarget& target, std::string_view method,
                                  std::string_view path, const HttpHeaders& headers,
                                  std::string_view body, std::uint32_t timeout_ms);

// A GET whose answer is taken piece by piece, however long it is.
//
//   auto download = HttpDownload::open(target, path, headers, idle_ms);
//   for (auto piece = (*download)->read(); piece && !piece->empty(); ...
//
// Blocks; not for loops.
class HttpDownload {
 public:
  // Connects, asks, and reads the answer's head. `idle_ms`: how long nothing may come, then and
  // later. Errors as http_request().
  static Result<std::unique_ptr<HttpDownload>> open(const ClientTarget& target,
                                                    std::string_view path,
                                                    const HttpHeaders& headers,
                                                    std::uint32_t idle_ms);
  virtual ~HttpDownload() = default;

  // Without a body.
  virtual const HttpResponse& head() const = 0;
  // The next bytes of the body; empty at its end. unavailable where it was cut off before.
  virtual Result<std::string> read() = 0;
};

}  // namespace courtside
