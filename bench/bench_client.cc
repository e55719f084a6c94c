#include "bench/bench_client.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "base/check.h"
#include "base/format.h"
#include "base/message_deflate.h"
#include "bench/server_frames.h"
#include "bench/words.h"

namespace courtside {
namespace {

// Linux gives one client address 28,000 ports; the next clients call from the next address.
constexpr std::uint32_t kClientsPerAddress = 20'000;
constexpr std::uint32_t kLoopbackNet = 127;

template <typename T>
void set_option(int fd, int level, int name, const T& value) {
  ::setsockopt(fd, level, name, &value, sizeof value);
}

void bind_source(int fd, std::uint32_t number) {
  const std::uint32_t step = number / kClientsPerAddress;
  if (step == 0) return;
  set_option(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1);
  sockaddr_in source{};
  source.sin_family = AF_INET;
  source.sin_addr.s_addr = htonl(INADDR_LOOPBACK + step);
  // Where it fails the kernel chooses, and says so when the ports are used up.
  static_cast<void>(::bind(fd, reinterpret_cast<sockaddr*>(&source), sizeof source));
}

}  // namespace

bool BenchAddress::loopback() const {
  if (storage.ss_family != AF_INET) return false;
  sockaddr_in v4{};
  std::memcpy(&v4, &storage, sizeof v4);
  return ntohl(v4.sin_addr.s_addr) >> 24 == kLoopbackNet;
}

Result<BenchAddress> resolve(const ClientTarget& target) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const std::string port = std::to_string(target.port);
  const int status = ::getaddrinfo(target.host.c_str(), port.c_str(), &hints, &found);
  if (status != 0) return fail(Code::unavailable, target.host + ": " + ::gai_strerror(status));
  BenchAddress address;
  std::memcpy(&address.storage, found->ai_addr, found->ai_addrlen);
  address.size_bytes = found->ai_addrlen;
  address.host = target.host + ":" + port;
  ::freeaddrinfo(found);
  return address;
}

BenchClient::BenchClient(BenchLoop& loop, const BenchAddress& address, const Options& options,
                         BenchClientHandler& handler)
    : loop_(loop), address_(address), options_(options), handler_(handler) {
  connect();
}

BenchClient::~BenchClient() {
  if (fd_ < 0) return;
  loop_.remove(fd_, *this);
  set_option(fd_, SOL_SOCKET, SO_LINGER, linger{.l_onoff = 1, .l_linger = 0});
  ::close(fd_);
}

void BenchClient::connect() {
  fd_ = ::socket(address_.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd_ < 0) return fail("cannot open a socket");
  set_option(fd_, IPPROTO_TCP, TCP_NODELAY, 1);
  if (options_.receive_buffer_bytes > 0) {
    set_option(fd_, SOL_SOCKET, SO_RCVBUF, options_.receive_buffer_bytes);
  }
  if (address_.loopback()) bind_source(fd_, options_.number);
  const int status =
      ::connect(fd_, reinterpret_cast<const sockaddr*>(&address_.storage), address_.size_bytes);
  if (status != 0 && errno != EINPROGRESS) fail("cannot connect");
  out_ = format(
      "GET /v1/ws HTTP/1.1\r\nHost: {}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Key: Y291cnRzaWRlIGJlbmNoIQ==\r\nSec-WebSocket-Version: 13\r\n"
      "Sec-WebSocket-Protocol: courtside.v1.json\r\n{}\r\n",
      address_.host, address_.deflate ? "Sec-WebSocket-Extensions: permessage-deflate\r\n" : "");
  loop_.add(fd_, *this, true, true);
}

void BenchClient::fail(std::string what) {
  if (broken_) return;
  broken_ = true;
  if (errno != 0) what.append(": ").append(std::strerror(errno));
  loop_.fail({Code::unavailable, std::move(what)});
}

// ---------------------------------------------------------------------------------------------
// Writing.

void BenchClient::send(std::string_view message) {
  COURTSIDE_CHECK(open_);
  append_frame(out_, Opcode::kText, message, WebSocketRole::kClient);
  ask_for_flush();
}

void BenchClient::ask_for_flush() {
  if (write_blocked_ || flush_asked_) return;
  flush_asked_ = true;
  loop_.flush_later(*this);
}

void BenchClient::flush() {
  flush_asked_ = false;
  if (broken_ || out_.empty()) return;
  const ssize_t written = ::send(fd_, out_.data(), out_.size(), MSG_NOSIGNAL);
  if (written < 0 && errno != EAGAIN) return fail("the connection was lost while writing");
  out_.erase(0, static_cast<std::size_t>(std::max<ssize_t>(written, 0)));
  if (write_blocked_ != !out_.empty()) {
    write_blocked_ = !out_.empty();
    watch();
  }
}

void BenchClient::watch() {
  if (!broken_) loop_.change(fd_, *this, !paused_, write_blocked_);
}

// ---------------------------------------------------------------------------------------------
// Reading.

void BenchClient::pause_reading() {
  paused_ = true;
  watch();
}

void BenchClient::resume_reading() {
  paused_ = false;
  watch();
}

void BenchClient::on_ready(bool readable, bool writable) {
  if (broken_) return;
  if (writable) flush();
  // Paused, nothing but its end makes a socket readable.
  if (readable) read_some(loop_.scratch().size());
}

void BenchClient::read_some(std::size_t bytes_max) {
  if (broken_) return;
  std::string& scratch = loop_.scratch();
  if (rest_.size() == scratch.size()) {
    errno = 0;
    return fail("a message of the server is larger than any event");
  }
  rest_.copy(scratch.data(), rest_.size());
  const ssize_t count = ::recv(fd_, scratch.data() + rest_.size(),
                               std::min(bytes_max, scratch.size() - rest_.size()), 0);
  if (count < 0 && errno == EAGAIN) return;
  if (count <= 0) {
    if (count == 0) errno = 0;
    return fail(open_ ? "the server hung up" : "the server cannot be reached");
  }
  const std::string_view bytes(scratch.data(), rest_.size() + static_cast<std::size_t>(count));
  rest_.assign(bytes.substr(take(bytes)));
}

// Answers how many bytes were used.
std::size_t BenchClient::take(std::string_view bytes) {
  const std::size_t head = open_ ? 0 : take_handshake(bytes);
  if (!open_) return 0;
  const auto used = walk_server_frames(bytes.substr(head), [this](const ServerFrame& frame) {
    take_frame(frame);
    return !broken_;
  });
  if (!used) {
    errno = 0;
    fail("the server sent something else than whole WebSocket frames");
    return bytes.size();
  }
  return head + *used;
}

std::size_t BenchClient::take_handshake(std::string_view bytes) {
  const auto end = bytes.find("\r\n\r\n");
  if (end == std::string_view::npos) return 0;
  errno = 0;
  if (bytes.substr(0, 12) != "HTTP/1.1 101") {
    const std::string_view status = bytes.substr(0, bytes.find('\r'));
    const bool is_limit = status.find(" 429 ") != std::string_view::npos;
    fail(format("the server refused the WebSocket: {}{}", status,
                is_limit ? "; for so many connections it needs a greater "
                           "`limits.connections_per_address`"
                         : ""));
    return 0;
  }
  if (address_.deflate &&
      bytes.substr(0, end).find("permessage-deflate") == std::string_view::npos) {
    fail("the server compresses nothing: it needs the setting `deflate`");
    return 0;
  }
  open_ = true;
  send(hello_message(address_.token));
  handler_.on_open(*this);
  return end + 4;
}

void BenchClient::take_compressed(std::string_view payload) {
  static MessageInflater inflater;
  std::string message;
  const auto outcome = inflater.append(message, payload, loop_.scratch().size());
  if (outcome == MessageInflater::Outcome::kWhole) return handler_.on_message(*this, message);
  errno = 0;
  fail("the server sent a message that cannot be inflated");
}

void BenchClient::take_frame(const ServerFrame& frame) {
  const auto [opcode, payload] = std::pair(frame.opcode, frame.payload);
  if (frame.is_compressed) {
    take_compressed(payload);
  } else if (opcode == Opcode::kText) {
    handler_.on_message(*this, payload);
  } else if (opcode == Opcode::kPing) {
    append_frame(out_, Opcode::kPong, payload, WebSocketRole::kClient);
    ask_for_flush();
  } else if (opcode == Opcode::kClose) {
    errno = 0;
    fail(format("the server closed: {}", payload.substr(std::min<std::size_t>(2, payload.size()))));
  }
}

}  // namespace courtside
