#include "cli/remote/tunnel.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "cli/remote/curl_handle.h"

namespace courtside {
namespace {

constexpr std::size_t kPieceBytes = 64 << 10;

// Bytes on their way in one direction.
struct Piece {
  std::string bytes = std::string(kPieceBytes, '\0');
  std::size_t begin = 0;
  std::size_t end = 0;
  bool at_end = false;  // nothing more comes from where it is filled

  bool empty() const { return begin == end; }
  std::string_view rest() const { return std::string_view(bytes).substr(begin, end - begin); }
};

class CurlTunnel final : public Tunnel {
 public:
  explicit CurlTunnel(const Remote& remote)
      : curl_(std::make_unique<CurlHandle>(remote, remote.path.empty() ? "/" : "")) {}

  ~CurlTunnel() override {
    if (copier_.joinable()) {
      stopping_ = true;
      shutdown(inner_, SHUT_RDWR);  // wakes it
      copier_.join();
    }
    for (const int fd : {inner_, outer_}) {
      if (fd >= 0) close(fd);
    }
  }

  Result<void> connect() {
    CURL* const curl = curl_->get();
    curl_easy_setopt(curl, CURLOPT_CONNECT_ONLY, 1L);
    curl_easy_setopt(curl, CURLOPT_HTTPPROXYTUNNEL, 1L);
    if (const CURLcode code = curl_easy_perform(curl); code != CURLE_OK) {
      return fail(curl_->error(code));
    }
    if (curl_easy_getinfo(curl, CURLINFO_ACTIVESOCKET, &remote_) != CURLE_OK) {
      return fail(Code::internal, "libcurl names no socket");
    }
    int ends[2] = {-1, -1};
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) != 0) {
      return fail(Code::internal, std::string("socketpair: ") + std::strerror(errno));
    }
    inner_ = ends[0];
    outer_ = ends[1];
    // From here on another thread may be in libcurl: it must not touch the process's signals.
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    copier_ = std::thread([this] { copy(); });
    return {};
  }

  int take_socket() override { return std::exchange(outer_, -1); }

 private:
  void copy() {
    sigset_t pipe;  // a server that is gone is no reason to end
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
    while (!stopping_ && copy_some()) {
    }
    shutdown(inner_, SHUT_RDWR);
    curl_.reset();  // says goodbye
  }

  // What can be done now, or waits. False when it is over: either end is closed, and what it said
  // before that was passed on.
  bool copy_some() {
    bool moved = fill_from_remote();
    moved = pass_to_socket() || moved;
    moved = fill_from_socket() || moved;
    moved = pass_to_remote() || moved;
    if (from_remote_.at_end && from_remote_.empty()) return false;
    if (from_socket_.at_end && from_socket_.empty()) return false;
    if (!moved) wait();
    return true;
  }

  bool fill_from_remote() {
    if (!from_remote_.empty() || from_remote_.at_end) return false;
    std::size_t count = 0;
    const CURLcode code =
        curl_easy_recv(curl_->get(), from_remote_.bytes.data(), kPieceBytes, &count);
    if (code == CURLE_AGAIN) return false;
    from_remote_.begin = 0;
    from_remote_.end = code == CURLE_OK ? count : 0;
    from_remote_.at_end = from_remote_.empty();
    return true;
  }

  bool pass_to_remote() {
    if (from_socket_.empty()) return false;
    std::size_t count = 0;
    const std::string_view rest = from_socket_.rest();
    const CURLcode code = curl_easy_send(curl_->get(), rest.data(), rest.size(), &count);
    if (code == CURLE_AGAIN) return false;
    if (code != CURLE_OK) {
      from_socket_.begin = from_socket_.end;
      from_socket_.at_end = true;
    }
    from_socket_.begin += count;
    return true;
  }

  bool fill_from_socket() {
    if (!from_socket_.empty() || from_socket_.at_end) return false;
    const ssize_t count = read(inner_, from_socket_.bytes.data(), kPieceBytes);
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) return false;
    from_socket_.begin = 0;
    from_socket_.end = count > 0 ? static_cast<std::size_t>(count) : 0;
    from_socket_.at_end = count <= 0;
    return true;
  }

  bool pass_to_socket() {
    if (from_remote_.empty()) return false;
    const std::string_view rest = from_remote_.rest();
    const ssize_t count = send(inner_, rest.data(), rest.size(), MSG_NOSIGNAL);
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) return false;
    if (count < 0) {
      from_remote_.begin = from_remote_.end;
      from_remote_.at_end = true;
      return true;
    }
    from_remote_.begin += static_cast<std::size_t>(count);
    return true;
  }

  void wait() {
    pollfd entries[2] = {{.fd = remote_, .events = 0, .revents = 0},
                         {.fd = inner_, .events = 0, .revents = 0}};
    if (from_remote_.empty()) entries[0].events |= POLLIN;
    if (!from_socket_.empty()) entries[0].events |= POLLOUT;
    if (from_socket_.empty()) entries[1].events |= POLLIN;
    if (!from_remote_.empty()) entries[1].events |= POLLOUT;
    // A peer that hung up is told of although nobody asked: not while there is nothing to do for
    // it.
    for (pollfd& entry : entries) {
      if (entry.events == 0) entry.fd = -1;
    }
    poll(entries, 2, -1);
  }

  std::unique_ptr<CurlHandle> curl_;
  curl_socket_t remote_ = -1;  // libcurl's, to be watched
  int inner_ = -1;
  int outer_ = -1;
  Piece from_remote_;
  Piece from_socket_;
  std::atomic<bool> stopping_{false};
  std::thread copier_;
};

}  // namespace

Result<std::unique_ptr<Tunnel>> Tunnel::open(const Remote& remote) {
  auto tunnel = std::make_unique<CurlTunnel>(remote);
  if (const Result<void> connected = tunnel->connect(); !connected) return fail(connected.error());
  return tunnel;
}

}  // namespace courtside
