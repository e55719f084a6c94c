// The client side, for the command line, the load generator and tests: a WebSocket client on a
// Loop, and blocking HTTP requests. Threads: the loop's; the blocking functions any.
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
// Parses "http://127.0.0.1:8080", "ws://...", or "127.0.0.1:8080". bad_usage otherwise.
Result<ClientTarget> parse_target(std::string_view url);

class WebSocketClient;

class WebSocketClientHandler {
 public:
  virtual ~WebSocketClientHandler() = default;
  virtual void on_open(WebSocketClient& client) = 0;
  virtual void on_message(WebSocketClient& client, Opcode opcode, std::string_view payload) = 0;
  // The queue was longer than kQueueBytesMax and is below half of that: for those who send much.
  virtual void on_drained(WebSocketClient& /*client*/) {}
  // The last call: the connection was refused, lost or closed. `close_code` 0: without a close
  // frame.
  virtual void on_closed(WebSocketClient& client, std::uint16_t close_code,
                         std::string_view reason) = 0;
};

class WebSocketClient {
 public:
  // Connects, and answers pings. A name is resolved immediately, which blocks. REQUIRES: `handler`
  // outlives the client. The client may be destroyed at any time, except within its own callbacks
  // other than on_closed; no callback follows.
  static std::unique_ptr<WebSocketClient> connect(
      Loop& loop, const ClientTarget& target, std::string_view path, std::string_view subprotocol,
      const HttpHeaders& headers, std::size_t message_bytes_max, WebSocketClientHandler& handler);
  // The same over a connected, non-blocking socket `fd`, which it owns from then on. `host` is for
  // the Host header.
  static std::unique_ptr<WebSocketClient> over(Loop& loop, int fd, std::string_view host,
                                               std::string_view path, std::string_view subprotocol,
                                               const HttpHeaders& headers,
                                               std::size_t message_bytes_max,
                                               WebSocketClientHandler& handler);
  virtual ~WebSocketClient() = default;

  static constexpr std::uint32_t kHandshakeTimeoutMs = 10'000;  // from connect() to on_open
  static constexpr std::size_t kQueueBytesMax = 1 << 20;  // on_drained follows after more than that

  virtual void send(Opcode opcode, std::string_view payload) = 0;
  virtual std::size_t queued_bytes() const = 0;
  virtual void pause_reading() = 0;
  virtual void resume_reading() = 0;
  virtual void close(std::uint16_t code) = 0;
  virtual void abort() = 0;  // resets the connection
  // Calls abort() once no byte has come for `ms`, from now on and until on_closed. A server sends
  // something at every heartbeat: when two pass in silence the connection is dead, although nobody
  // said so. Time within the handler does not count, because nothing is read by then. REQUIRES: the
  // client does not pause reading.
  virtual void abort_after_silence(std::uint64_t ms) = 0;
  // A response that refused the upgrade. `status` 0: there was none.
  struct Refusal {
    int status = 0;
    std::string location;  // of a redirect
    std::string content_type;
    std::string body;
  };
  virtual const Refusal& refusal() const = 0;
};

// The limit of a response to http_request.
inline constexpr std::size_t kHttpAnswerBytesMax = std::size_t{256} << 20;

// Sends one request over a new connection and blocks up to `timeout_ms`. Not for loops. Errors:
// unavailable (the server cannot be reached or closes early), timeout, bad_request (it does not
// send HTTP). The result's `content_type` holds the content type, `headers` all headers.
Result<HttpResponse> http_request(const ClientTarget& target, std::string_view method,
                                  std::string_view path, const HttpHeaders& headers,
                                  std::string_view body, std::uint32_t timeout_ms);

// A GET request whose response is read piece by piece, of any length.
//
//   auto download = HttpDownload::open(target, path, headers, idle_ms);
//   for (auto piece = (*download)->read(); piece && !piece->empty(); ...
//
// Blocks; not for loops.
class HttpDownload {
 public:
  // Connects, sends the request, and reads the response's head. `idle_ms` is the longest time
  // without a byte, here and later. Errors as http_request().
  static Result<std::unique_ptr<HttpDownload>> open(const ClientTarget& target,
                                                    std::string_view path,
                                                    const HttpHeaders& headers,
                                                    std::uint32_t idle_ms);
  virtual ~HttpDownload() = default;

  // The response's head; its body is empty.
  virtual const HttpResponse& head() const = 0;
  // The next bytes of the body; empty at its end. unavailable when the response was cut off.
  virtual Result<std::string> read() = 0;
};

}  // namespace courtside
