#include "tests/e2e/support/socket.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace courtside::e2e {
namespace {

template <typename T>
void set_option(int fd, int level, int name, const T& value) {
  setsockopt(fd, level, name, &value, sizeof value);
}

// False after the deadline.
bool ready(int fd, short events, Deadline deadline) {
  pollfd wanted{fd, events, 0};
  int count = 0;
  do {
    count = poll(&wanted, 1, deadline.remaining_ms());
  } while (count < 0 && errno == EINTR);
  return count > 0;
}

}  // namespace

Socket Socket::connect(std::uint16_t port, int receive_buffer_bytes, const std::string& from) {
  Socket socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!socket.is_open()) give_up(std::string("socket: ") + std::strerror(errno));
  if (receive_buffer_bytes > 0) set_option(socket.fd_, SOL_SOCKET, SO_RCVBUF, receive_buffer_bytes);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  if (!from.empty() &&
      (inet_pton(AF_INET, from.c_str(), &address.sin_addr) != 1 ||
       bind(socket.fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)) {
    give_up("cannot come from " + from);
  }
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket.fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    throw Disconnected("connect to port " + std::to_string(port) + ": " + std::strerror(errno));
  }
  set_option(socket.fd_, IPPROTO_TCP, TCP_NODELAY, 1);
  fcntl(socket.fd_, F_SETFL, fcntl(socket.fd_, F_GETFL) | O_NONBLOCK);
  return socket;
}

Socket::Socket(Socket&& other) noexcept { *this = std::move(other); }

Socket& Socket::operator=(Socket&& other) noexcept {
  std::swap(fd_, other.fd_);
  std::swap(buffer_, other.buffer_);
  std::swap(begin_, other.begin_);
  std::swap(was_reset_, other.was_reset_);
  return *this;
}

void Socket::write(std::string_view bytes, Deadline deadline) {
  while (!bytes.empty()) {
    const ssize_t written = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (written >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno == EAGAIN) {
      if (!ready(fd_, POLLOUT, deadline)) give_up("the server does not take our bytes");
    } else if (errno != EINTR) {
      throw Disconnected(std::string("write: ") + std::strerror(errno));
    }
  }
}

Socket::Filled Socket::fill(Deadline deadline, std::size_t bytes_max) {
  if (begin_ == buffer_.size()) {
    buffer_.clear();
    begin_ = 0;
  } else if (begin_ > bytes_max) {
    buffer_.erase(0, std::exchange(begin_, 0));
  }
  const std::size_t held = buffer_.size();
  while (true) {
    if (!ready(fd_, POLLIN, deadline)) return Filled::kTimeout;
    buffer_.resize(held + bytes_max);
    const ssize_t count = ::recv(fd_, buffer_.data() + held, bytes_max, 0);
    const int error = errno;
    buffer_.resize(held + (count > 0 ? static_cast<std::size_t>(count) : 0));
    if (count > 0) return Filled::kBytes;
    if (count == 0) return Filled::kEnd;
    if (error == EAGAIN || error == EINTR) continue;
    was_reset_ = true;
    return Filled::kEnd;
  }
}

void Socket::consume(std::size_t size_bytes) { begin_ += size_bytes; }

void Socket::need(Deadline deadline) {
  switch (fill(deadline)) {
    case Filled::kBytes: return;
    case Filled::kEnd: throw Disconnected(was_reset_ ? "reset by the server" : "end of stream");
    case Filled::kTimeout: give_up("the server says nothing; so far: " + std::string(buffered()));
  }
}

std::string Socket::take(std::size_t size_bytes, Deadline deadline) {
  while (buffered().size() < size_bytes) need(deadline);
  std::string taken(buffered().substr(0, size_bytes));
  consume(size_bytes);
  return taken;
}

std::string Socket::take_line(Deadline deadline) {
  std::size_t end = 0;
  while ((end = buffered().find('\n')) == std::string_view::npos) need(deadline);
  std::string line = take(end + 1, deadline);
  line.pop_back();
  if (!line.empty() && line.back() == '\r') line.pop_back();
  return line;
}

void Socket::reset() {
  if (!is_open()) return;
  set_option(fd_, SOL_SOCKET, SO_LINGER, linger{1, 0});
  close();
}

void Socket::shutdown_write() { ::shutdown(fd_, SHUT_WR); }

void Socket::close() {
  if (is_open()) ::close(std::exchange(fd_, -1));
}

}  // namespace courtside::e2e
