// A server and raw clients over real loopback sockets, all on the test's thread: things happen only
// within pump(), and every wait has a bound.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "transport/connection.h"
#include "transport/listener.h"
#include "transport/loop.h"

namespace courtside::testing_loopback {

// A plain socket that never blocks the test.
class RawClient {
 public:
  // `receive_buffer_bytes`: small for a reader that soon blocks its sender.
  explicit RawClient(std::uint16_t port, int receive_buffer_bytes = 0)
      : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    if (receive_buffer_bytes > 0) {
      ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_buffer_bytes, sizeof(receive_buffer_bytes));
    }
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = ::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0;
  }
  ~RawClient() { close(); }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  bool connected() const { return connected_; }
  int fd() const { return fd_; }

  // The number of bytes that the kernel accepted.
  std::size_t send(std::string_view bytes) {
    const ssize_t count = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    // The kernel reports a reset once, possibly here.
    if (count < 0 && errno != EAGAIN) reset_ = true;
    return count > 0 ? static_cast<std::size_t>(count) : 0;
  }

  // All input so far.
  const std::string& input() {
    char buffer[16 * 1024];
    while (!ended_ && !reset_) {
      const ssize_t count = ::recv(fd_, buffer, sizeof(buffer), MSG_DONTWAIT);
      if (count > 0) {
        input_.append(buffer, static_cast<std::size_t>(count));
      } else if (count == 0) {
        ended_ = true;
      } else {
        if (errno != EAGAIN) reset_ = true;
        break;
      }
    }
    return input_;
  }
  // Reads at most this much of the input.
  void read_some(std::size_t bytes_max) {
    std::string buffer(bytes_max, '\0');
    const ssize_t count = ::recv(fd_, buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (count > 0) input_.append(buffer, 0, static_cast<std::size_t>(count));
    if (count == 0) ended_ = true;
    if (count < 0 && errno != EAGAIN) reset_ = true;
  }
  const std::string& read_so_far() const { return input_; }
  bool is_over() const { return ended_ || reset_; }
  std::string take_input() {
    input();
    return std::exchange(input_, {});
  }
  bool ended() { return input(), ended_; }
  bool was_reset() { return input(), reset_; }

  void end_sending() { ::shutdown(fd_, SHUT_WR); }
  // In one segment: the last bytes and FIN together.
  void send_and_end(std::string_view bytes) {
    ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT | MSG_MORE);
    end_sending();
  }
  void close() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }
  void reset() {
    const linger at_once = {1, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
    close();
  }

 private:
  int fd_;
  bool connected_ = false;
  bool ended_ = false;
  bool reset_ = false;
  std::string input_;
};

inline const char* name_of(CloseReason reason) {
  switch (reason) {
    case CloseReason::kByPeer: return "by peer";
    case CloseReason::kByUs: return "by us";
    case CloseReason::kViolation: return "violation";
    case CloseReason::kTimeout: return "timeout";
  }
  return "?";
}

// Answers requests with their own text, echoes messages, and logs all callbacks. Each of these can
// be replaced.
class Server final : public ConnectionHandler {
 public:
  explicit Server(ConnectionLimits connection_limits = {}) : limits(connection_limits) {
    auto listening = Listener::listen(
        loop, {"127.0.0.1", 0},
        [this](AcceptedSocket socket) {
          Connection& connection = adopt(loop, std::move(socket), limits, *this);
          connections[connection.id()] = &connection;
          if (on_adopted) on_adopted(connection);
        },
        [this] {
          if (on_exhausted) on_exhausted();
        });
    listener = std::move(*listening);
  }

  // Only the loop may be left; its destructor checks that.
  ~Server() override {
    listener.reset();
    on_close = nullptr;
    for (const auto& [id, connection] : std::map(connections)) connection->abort();
    pump([this] { return connections.empty(); });
  }

  std::uint16_t port() const { return listener->port(); }

  // Runs the loop until `done`; false after thirty seconds, which a busy machine may need.
  bool pump(const std::function<bool()>& done) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(120);
    while (!done()) {
      if (std::chrono::steady_clock::now() > deadline) return false;
      loop.run_turn(kTimerTickMs);
      ++turns;
    }
    return true;
  }
  bool pump_until_log(std::string_view text) {
    return pump([this, text] { return log == text; });
  }
  bool pump_until_input(RawClient& client, std::string_view text) {
    return pump([&client, text] { return client.input() == text; });
  }
  // Runs turns in which nothing is expected: enough for everything in flight to arrive.
  void settle() {
    for (int turn = 0; turn < 5; ++turn) loop.run_turn(1);
  }

  // The only connection.
  Connection& connection() { return *connections.begin()->second; }

  void on_bad_tls(Connection&, const std::string& why) override { note("no TLS: " + why); }
  void on_request(Connection& connection, HttpRequest& request) override {
    note("request " + request.method + " " + request.target);
    if (!request.has_body() || !reads_bodies) return take(connection, request);
    waiting_for_body[connection.id()] = request;
    connection.read_body();
  }
  void on_body(Connection& connection, std::string& body) override {
    HttpRequest request = waiting_for_body[connection.id()];
    request.body = body;
    take(connection, request);
  }
  void take(Connection& connection, HttpRequest& request) {
    if (on_request_do) return on_request_do(connection, request);
    if (request.upgrade && Connection::check_upgrade(request)) {
      return connection.accept_websocket(request, {});
    }
    HttpResponse response;
    response.content_type = "text/plain";
    response.body = request.method + " " + request.target + " " + request.body;
    connection.respond(response);
  }
  void on_bad_request(Connection& connection, const Error& error, const HttpHeaders&) override {
    note("bad " + std::string(info(error.code).name));
    HttpResponse response;
    response.status = info(error.code).http_status;
    response.body = "no";
    connection.respond(response);
  }
  void on_half_closed(Connection&) override { note("half-closed"); }
  void on_message(Connection& connection, Opcode opcode, std::string_view payload) override {
    note("message " + std::string(payload.substr(0, 20)));
    if (on_message_do) return on_message_do(connection, opcode, payload);
    std::string frame;
    append_frame(frame, opcode, payload);
    connection.send(SharedBytes(std::move(frame)));
  }
  void on_drained(Connection& connection) override {
    note("drained");
    if (on_drained_do) on_drained_do(connection);
  }
  void on_closed(Connection& connection, CloseReason reason, std::uint16_t code) override {
    note(std::string("closed ") + name_of(reason) + (code == 0 ? "" : " " + std::to_string(code)));
    if (on_close) on_close(connection);
    connections.erase(connection.id());
  }

  void note(const std::string& what) { log += (log.empty() ? "" : "; ") + what; }

  Loop loop;  // first, so that it is destroyed last
  ConnectionLimits limits;
  std::unique_ptr<Listener> listener;
  std::map<ConnectionId, Connection*> connections;
  std::map<ConnectionId, HttpRequest> waiting_for_body;
  bool reads_bodies = true;  // before on_request_do
  std::string log;
  std::uint64_t turns = 0;
  std::function<void(Connection&)> on_adopted;
  std::function<void()> on_exhausted;
  std::function<void(Connection&, HttpRequest&)> on_request_do;
  std::function<void(Connection&, Opcode, std::string_view)> on_message_do;
  std::function<void(Connection&)> on_drained_do;
  std::function<void(Connection&)> on_close;
};

// A response without its Date line, which is not predictable.
inline std::string without_date(std::string answer) {
  for (std::size_t at = answer.find("Date: "); at != std::string::npos;
       at = answer.find("Date: ", at)) {
    answer.erase(at, answer.find("\r\n", at) + 2 - at);
  }
  return answer;
}

inline std::string upgrade_text() {
  return "GET /v1/ws HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, Upgrade\r\nUpgrade: "
         "WebSocket\r\n"
         "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
}
inline std::string upgrade_answer_text() {
  return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
         "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";
}

// A client that has been upgraded.
class Upgraded : public RawClient {
 public:
  explicit Upgraded(Server& server, int receive_buffer_bytes = 0)
      : RawClient(server.port(), receive_buffer_bytes) {
    send(upgrade_text());
    if (!server.pump_until_input(*this, upgrade_answer_text())) std::abort();
    take_input();
    server.log.clear();
  }
};

}  // namespace courtside::testing_loopback
