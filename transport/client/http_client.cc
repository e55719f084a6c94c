#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <limits>
#include <memory>
#include <utility>

#include "base/format.h"
#include "base/time.h"
#include "transport/address.h"
#include "transport/client/client.h"
#include "transport/http_message.h"
#include "transport/http_text.h"

namespace courtside {
namespace {

constexpr std::uint16_t kDefaultPort = 8080;
constexpr HttpLimits kAnswerLimits = {64 * 1024, 256, kHttpAnswerBytesMax};
// Without a limit: the body is taken piece by piece.
constexpr HttpLimits kDownloadLimits = {64 * 1024, 256, std::numeric_limits<std::size_t>::max()};

// A blocking socket with one deadline for all operations.
class TimedSocket {
 public:
  TimedSocket(int fd, std::uint64_t deadline_us) : fd_(fd), deadline_us_(deadline_us) {}
  ~TimedSocket() { ::close(fd_); }
  TimedSocket(const TimedSocket&) = delete;
  TimedSocket& operator=(const TimedSocket&) = delete;

  void set_deadline(std::uint64_t deadline_us) { deadline_us_ = deadline_us; }

  Result<void> connect(const SocketAddress& address) {
    if (::connect(fd_, address.get(), address.size_bytes) == 0) return {};
    if (errno != EINPROGRESS) return failed("cannot connect", errno);
    if (auto ready = wait_for(POLLOUT); !ready) return ready;
    int error = 0;
    socklen_t size_bytes = sizeof(error);
    getsockopt(fd_, SOL_SOCKET, SO_ERROR, &error, &size_bytes);
    if (error != 0) return failed("cannot connect", error);
    return {};
  }

  Result<void> send_all(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t count = send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (count >= 0) {
        bytes.remove_prefix(static_cast<std::size_t>(count));
      } else if (errno == EAGAIN) {
        if (auto ready = wait_for(POLLOUT); !ready) return ready;
      } else if (errno != EINTR) {
        return failed("cannot send", errno);
      }
    }
    return {};
  }

  // 0: the server sends no more.
  Result<std::size_t> receive(char* out, std::size_t size_bytes) {
    for (;;) {
      const ssize_t count = recv(fd_, out, size_bytes, 0);
      if (count >= 0) return static_cast<std::size_t>(count);
      if (errno == EAGAIN) {
        if (auto ready = wait_for(POLLIN); !ready) return fail(ready.error());
      } else if (errno != EINTR) {
        return fail(failed("cannot receive", errno).error());
      }
    }
  }

 private:
  static Result<void> failed(const char* what, int error) {
    return fail(Code::unavailable, format("{}: {}", what, std::strerror(error)));
  }

  Result<void> wait_for(short events) {
    for (;;) {
      const std::uint64_t now_us = steady_us();
      if (now_us >= deadline_us_) return fail(Code::timeout, "the server did not answer in time");
      pollfd entry{fd_, events, 0};
      const int wait_ms = static_cast<int>((deadline_us_ - now_us) / 1000 + 1);
      const int ready = poll(&entry, 1, wait_ms);
      if (ready > 0) return {};
      if (ready < 0 && errno != EINTR) return failed("cannot wait", errno);
    }
  }

  const int fd_;
  std::uint64_t deadline_us_;
};

std::string request_text(const ClientTarget& target, std::string_view method, std::string_view path,
                         const HttpHeaders& headers, std::string_view body) {
  std::string text;
  text.append(method).append(" ").append(path).append(" HTTP/1.1\r\n");
  append_header(text, "Host", join_host_port(target.host, target.port));
  append_header(text, "Connection", "close");
  const bool carries_body = !body.empty() || (method != "GET" && method != "HEAD");
  if (carries_body) append_header(text, "Content-Length", std::to_string(body.size()));
  for (const auto& [name, value] : headers) append_header(text, name, value);
  return text.append("\r\n").append(body);
}

Result<HttpMessage> receive_answer(TimedSocket& socket, HttpMessageParser& parser) {
  std::array<char, 16 * 1024> buffer{};
  while (!parser.complete()) {
    const auto count = socket.receive(buffer.data(), buffer.size());
    if (!count) return fail(count.error());
    if (*count == 0) {
      if (!parser.began()) return fail(Code::unavailable, "the server hung up");
      if (auto ended = parser.finish(); !ended) return fail(ended.error());
    } else if (auto used = parser.feed({buffer.data(), *count}); !used) {
      return fail(used.error());
    }
  }
  return parser.take();
}

HttpResponse response_from(HttpMessage message) {
  HttpResponse response;
  response.status = message.status;
  response.content_type = find_header(message.headers, "content-type");
  response.headers = std::move(message.headers);
  response.body = std::move(message.body);
  return response;
}

std::uint64_t deadline_in(std::uint32_t timeout_ms) {
  return steady_us() + std::uint64_t{timeout_ms} * 1000;
}

// Connects to the first of the target's addresses that accepts.
Result<std::unique_ptr<TimedSocket>> connect_any(const ClientTarget& target,
                                                 std::uint64_t deadline_us) {
  const auto addresses = resolve(target.host, target.port);
  if (!addresses) return fail(addresses.error());
  Error last{Code::unavailable, "cannot connect to " + target.host};
  for (const SocketAddress& address : *addresses) {
    const int fd = ::socket(address.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) continue;
    auto socket = std::make_unique<TimedSocket>(fd, deadline_us);
    const auto connected = socket->connect(address);
    if (connected) return socket;
    last = connected.error();
  }
  return fail(std::move(last));
}

class Download final : public HttpDownload {
 public:
  Download(std::unique_ptr<TimedSocket> socket, std::uint32_t idle_ms)
      : socket_(std::move(socket)), idle_ms_(idle_ms) {}

  Result<void> ask(std::string_view request) {
    if (auto sent = socket_->send_all(request); !sent) return sent;
    while (!parser_.headers_complete()) {
      if (auto got = receive(); !got) return got;
    }
    const HttpMessage& message = parser_.message();
    head_.status = message.status;
    head_.headers = message.headers;
    head_.content_type = find_header(message.headers, "content-type");
    return {};
  }

  const HttpResponse& head() const override { return head_; }

  Result<std::string> read() override {
    for (;;) {
      std::string piece = parser_.take_body();
      if (!piece.empty() || parser_.complete()) return piece;
      if (auto got = receive(); !got) return fail(got.error());
    }
  }

 private:
  Result<void> receive() {
    socket_->set_deadline(deadline_in(idle_ms_));
    const auto count = socket_->receive(buffer_.data(), buffer_.size());
    if (!count) return fail(count.error());
    if (*count > 0) {
      const auto used = parser_.feed({buffer_.data(), *count});
      return used ? Result<void>() : fail(used.error());
    }
    if (!parser_.began()) return fail(Code::unavailable, "the server hung up");
    if (!parser_.finish()) return fail(Code::unavailable, "the answer was cut off");
    return {};
  }

  std::unique_ptr<TimedSocket> socket_;
  const std::uint32_t idle_ms_;
  HttpMessageParser parser_{HttpMessageParser::Kind::kAnswer, kDownloadLimits};
  HttpResponse head_;
  std::array<char, 64 * 1024> buffer_{};
};

}  // namespace

Result<ClientTarget> parse_target(std::string_view url) {
  std::string_view rest = url;
  for (const std::string_view scheme : {"http://", "ws://"}) {
    if (rest.starts_with(scheme)) rest.remove_prefix(scheme.size());
  }
  if (rest.ends_with('/')) rest.remove_suffix(1);
  const auto split = split_host_port(rest, kDefaultPort);
  if (!split || rest.find('/') != std::string_view::npos) {
    return fail(Code::bad_usage, "not a server's address, such as http://127.0.0.1:8080");
  }
  return ClientTarget{split->host, split->port};
}

Result<HttpResponse> http_request(const ClientTarget& target, std::string_view method,
                                  std::string_view path, const HttpHeaders& headers,
                                  std::string_view body, std::uint32_t timeout_ms) {
  const std::uint64_t deadline_us = deadline_in(timeout_ms);
  const auto connected = connect_any(target, deadline_us);
  if (!connected) return fail(connected.error());
  TimedSocket& socket = **connected;
  // A server may respond and close before it has read the whole request; its response is used.
  const auto sent = socket.send_all(request_text(target, method, path, headers, body));
  HttpMessageParser parser(
      method == "HEAD" ? HttpMessageParser::Kind::kAnswerToHead : HttpMessageParser::Kind::kAnswer,
      kAnswerLimits);
  auto answer = receive_answer(socket, parser);
  if (!answer) return fail(sent ? answer.error() : sent.error());
  return response_from(std::move(*answer));
}

Result<std::unique_ptr<HttpDownload>> HttpDownload::open(const ClientTarget& target,
                                                         std::string_view path,
                                                         const HttpHeaders& headers,
                                                         std::uint32_t idle_ms) {
  auto socket = connect_any(target, deadline_in(idle_ms));
  if (!socket) return fail(socket.error());
  auto download = std::make_unique<Download>(std::move(*socket), idle_ms);
  if (auto asked = download->ask(request_text(target, "GET", path, headers, "")); !asked) {
    return fail(asked.error());
  }
  return download;
}

}  // namespace courtside
