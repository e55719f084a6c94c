#include "transport/listener.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "base/check.h"
#include "base/format.h"
#include "base/log.h"
#include "transport/address.h"
#include "transport/http_text.h"
#include "transport/socket_watcher.h"

namespace courtside {
namespace {

constexpr int kBacklog = 4096;  // the kernel applies its own limit if that is lower

bool exhausted(int error) {
  return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

Result<std::unique_ptr<Listener>> cannot_listen(const ListenAddress& address, int error) {
  std::string why = std::strerror(error);
  if (error == EADDRINUSE) {
    why += "; another program listens there: stop it, or choose another `--listen`";
  }
  return fail(Code::unavailable,
              format("cannot listen on {}: {}", join_host_port(address.host, address.port), why));
}

// Whether the socket option has this value.
bool has_option(int fd, int name, int wanted) {
  int value = 0;
  socklen_t size_bytes = sizeof(value);
  return getsockopt(fd, SOL_SOCKET, name, &value, &size_bytes) == 0 && value == wanted;
}

class TcpListener final : public Listener, SocketWatcherOwner {
 public:
  TcpListener(Loop& loop, int fd, std::uint16_t port, std::function<void(AcceptedSocket)> on_accept,
              std::function<void()> on_exhausted)
      : loop_(loop),
        on_accept_(std::move(on_accept)),
        on_exhausted_(std::move(on_exhausted)),
        watcher_(loop, fd, *this),
        port_(port) {}
  ~TcpListener() override { loop_.cancel_timer(pause_); }

  // Returns false, with errno, when the kernel refuses to watch the socket.
  bool start() { return watcher_.watch(kSocketReadable); }

  std::uint16_t port() const override { return port_; }

  Result<int> duplicate() const override {
    const int fd = fcntl(watcher_.fd(), F_DUPFD_CLOEXEC, 0);
    if (fd < 0) return fail(Code::unavailable, std::strerror(errno));
    return fd;
  }

 private:
  // libuv's own listener accepts without a limit per turn; many connects at once would delay
  // everything else.
  void on_socket(unsigned /*events*/) override {
    for (int count = 0; count < kAcceptsPerTurn; ++count) {
      SocketAddress peer;
      peer.size_bytes = sizeof(peer.storage);
      const int fd =
          accept4(watcher_.fd(), peer.get(), &peer.size_bytes, SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (fd >= 0) {
        exhausted_ = false;
        on_accept_(AcceptedSocket(fd, peer.host()));
      } else if (exhausted(errno)) {
        return pause(errno);
      } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
        return;
      }  // otherwise this client is already gone
    }
  }

  void pause(int error) {
    if (!exhausted_)
      log_warning("transport", std::string("cannot accept: ") + std::strerror(error));
    exhausted_ = true;  // logged once, until accepting works again
    if (on_exhausted_) on_exhausted_();
    watcher_.watch(0);
    resume_later();
  }

  void resume_later() {
    pause_ = loop_.start_timer(kExhaustedPauseMs, [this] {
      if (!start()) resume_later();
    });
  }

  Loop& loop_;
  const std::function<void(AcceptedSocket)> on_accept_;
  const std::function<void()> on_exhausted_;
  SocketWatcher watcher_;
  TimerId pause_;
  const std::uint16_t port_;
  bool exhausted_ = false;
};

}  // namespace

AcceptedSocket::AcceptedSocket(int fd, std::string peer_address)
    : fd_(fd), peer_address_(std::move(peer_address)) {
  // Our writes are complete, so Nagle's algorithm could only delay them.
  const int on = 1;
  setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
}

AcceptedSocket::~AcceptedSocket() {
  if (fd_ >= 0) close(fd_);
}

AcceptedSocket::AcceptedSocket(AcceptedSocket&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)),
      peer_address_(std::move(other.peer_address_)),
      has_proxy_header_(other.has_proxy_header_),
      tls_(std::move(other.tls_)) {}

AcceptedSocket& AcceptedSocket::operator=(AcceptedSocket&& other) noexcept {
  std::swap(fd_, other.fd_);
  std::swap(peer_address_, other.peer_address_);
  std::swap(has_proxy_header_, other.has_proxy_header_);
  std::swap(tls_, other.tls_);
  return *this;
}

int AcceptedSocket::release() { return std::exchange(fd_, -1); }

void AcceptedSocket::refuse(const HttpResponse& response) {
  std::string text;
  append_response_head(text, response, {.body_bytes = response.body.size(), .keep_alive = false});
  text.append(response.body);
  static_cast<void>(send(fd_, text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT));
  shutdown(fd_, SHUT_WR);
  // Closing with unread input resets the connection, and the client could lose the answer.
  std::array<char, 4096> request{};
  static_cast<void>(recv(fd_, request.data(), request.size(), MSG_DONTWAIT));
  close(std::exchange(fd_, -1));
}

bool ListenAddress::is_loopback() const {
  const auto address = literal_address(host, port);
  if (!address) return false;
  const std::string canonical = address->host();
  return canonical.starts_with("127.") || canonical == "::1";
}

std::string ListenAddress::text() const { return join_host_port(host, port); }

Result<ListenAddress> parse_listen_address(std::string_view text) {
  const auto split = split_host_port(text, std::nullopt);
  if (!split || !literal_address(split->host, split->port)) {
    return fail(Code::bad_configuration,
                "not an address with a port, such as 127.0.0.1:8080 or [::1]:8080");
  }
  return ListenAddress{split->host, split->port};
}

Result<ListenAddress> address_of_listening(int fd) {
  SocketAddress bound;
  bound.size_bytes = sizeof(bound.storage);
  const bool is_tcp = has_option(fd, SO_TYPE, SOCK_STREAM) && has_option(fd, SO_ACCEPTCONN, 1) &&
                      getsockname(fd, bound.get(), &bound.size_bytes) == 0 &&
                      (bound.family() == AF_INET || bound.family() == AF_INET6);
  if (!is_tcp) {
    return fail(Code::bad_configuration,
                "the socket that was passed to this process does not listen for TCP connections");
  }
  return ListenAddress{bound.host(), bound.port()};
}

Result<std::unique_ptr<Listener>> Listener::listen(Loop& loop, const ListenAddress& address,
                                                   std::function<void(AcceptedSocket)> on_accept,
                                                   std::function<void()> on_exhausted) {
  const auto wanted = literal_address(address.host, address.port);
  if (!wanted) return cannot_listen(address, EADDRNOTAVAIL);
  const int fd = socket(wanted->family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return cannot_listen(address, errno);
  const int on = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));  // do not wait for TIME_WAIT
  SocketAddress bound;
  bound.size_bytes = sizeof(bound.storage);
  if (bind(fd, wanted->get(), wanted->size_bytes) != 0 || ::listen(fd, kBacklog) != 0 ||
      getsockname(fd, bound.get(), &bound.size_bytes) != 0) {
    const int error = errno;
    close(fd);
    return cannot_listen(address, error);
  }
  auto listener = std::make_unique<TcpListener>(loop, fd, bound.port(), std::move(on_accept),
                                                std::move(on_exhausted));
  if (!listener->start()) return cannot_listen(address, errno);
  return std::unique_ptr<Listener>(std::move(listener));
}

Result<std::unique_ptr<Listener>> Listener::adopt(Loop& loop, int fd,
                                                  std::function<void(AcceptedSocket)> on_accept,
                                                  std::function<void()> on_exhausted) {
  const Result<ListenAddress> address = address_of_listening(fd);
  COURTSIDE_CHECK(address.has_value());
  fcntl(fd, F_SETFD, FD_CLOEXEC);
  fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
  auto listener = std::make_unique<TcpListener>(loop, fd, address->port, std::move(on_accept),
                                                std::move(on_exhausted));
  if (!listener->start()) return cannot_listen(*address, errno);
  return std::unique_ptr<Listener>(std::move(listener));
}

}  // namespace courtside
