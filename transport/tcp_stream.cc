#include "transport/tcp_stream.h"

#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

namespace courtside {
namespace {

constexpr std::size_t kWritePiecesMax = 1000;    // of one system call; the kernel's IOV_MAX is 1024
constexpr std::size_t kWriteBytesMax = 1 << 20;  // of one system call
constexpr int kWritesPerTurn = 4;
constexpr int kReadsPerTurn = 4;  // of Loop::Impl::kReadBufferBytes each

bool would_block(int error) { return error == EAGAIN || error == EWOULDBLOCK; }

// The queue's first pieces as one system call's worth.
struct Gathered {
  std::array<iovec, kWritePiecesMax> pieces;
  std::size_t count = 0;
  std::size_t size_bytes = 0;

  void add(std::string_view piece) {
    if (size_bytes >= kWriteBytesMax) return;
    const std::size_t room = kWriteBytesMax - size_bytes;
    const std::size_t length = piece.size() < room ? piece.size() : room;
    // The kernel only reads it; iovec has no const form.
    pieces[count++] = {const_cast<char*>(piece.data()), length};
    size_bytes += length;
  }
};

}  // namespace

TcpStream::TcpStream(Loop& loop, int fd, const ConnectionLimits& limits, TcpStreamOwner& owner)
    : loop_(loop),
      limits_(limits),
      owner_(owner),
      watcher_(std::make_unique<SocketWatcher>(loop, fd, *this)),
      last_received_ms_(loop.now_ms()) {
  update_watch();
}

TcpStream::~TcpStream() {
  finish(reason_, /*reset=*/true);
  loop_.impl().tasks.remove(*this);
  loop_.impl().flushes.remove(*this);
}

void TcpStream::send(SharedBytes bytes, Urgency urgency) {
  if (!open()) return;
  queue_.push(std::move(bytes));
  if (queue_.size_bytes() > limits_.queue_bytes_max) congested_ = true;
  // While the kernel has no room, on_socket takes care of the queue.
  if (!wants_write_) loop_.impl().flushes.add(*this, urgency);
}

void TcpStream::flush() {
  if (watcher_ && !wants_write_) write();
}

void TcpStream::pause_reading() {
  paused_ = true;
  update_watch();
}

void TcpStream::resume_reading() {
  if (paused_) resumed_ms_ = loop_.now_ms();
  paused_ = false;
  update_watch();
  if (!kept_.empty()) offer_kept();
}

void TcpStream::offer_kept() {
  offer_due_ = true;
  loop_.impl().tasks.add(*this);
}

void TcpStream::close_after_flush(CloseReason reason) {
  if (!open()) return;
  state_ = State::kDraining;
  reason_ = reason;
  kept_ = std::string();
  wait_for_peer();
  update_watch();
  if (queue_.empty()) {
    send_fin();
  } else if (!wants_write_) {
    loop_.impl().flushes.add(*this, Urgency::kReply);
  }
}

// Again and again, as long as it has something to take and takes enough of it: what it is owed has
// a bound, and so has the time.
void TcpStream::wait_for_peer() {
  acknowledged_at_wait_ = bytes_acknowledged();
  close_timer_ = loop_.start_timer(limits_.close_timeout_ms, [this] {
    if (is_slow(acknowledged_at_wait_, limits_.close_timeout_ms)) return wait_for_peer();
    // A reset takes from some peers what they have and did not read yet.
    finish(reason_, /*reset=*/is_owed());
  });
}

void TcpStream::abort(CloseReason reason) {
  if (state_ != State::kClosed) finish(reason, /*reset=*/true);
}

void TcpStream::on_socket(unsigned events) {
  if ((events & (kSocketReadable | kSocketFailed)) != 0) read();
  if (watcher_ && (events & kSocketFailed) != 0) {
    const int error = pending_error();
    fail(error != 0 ? error : ECONNRESET);
  }
  if (watcher_ && (events & kSocketWritable) != 0) write();
  if (watcher_ && (events & kSocketEnded) != 0 && (events & kSocketReadable) == 0) on_peer_end();
  if (watcher_ && (events & kSocketErrors) != 0) on_error_event();
}

void TcpStream::run_turn_task() {
  if (state_ == State::kClosed) return owner_.on_closed(reason_);  // may have destroyed this
  if (drained_) {
    drained_ = false;
    if (open() && !congested_) owner_.on_drained();
  }
  if (offer_due_) {
    offer_due_ = false;
    if (open() && !paused_ && !kept_.empty()) offer();
    if (open() && input_ended_ && kept_.empty()) owner_.on_end();
  }
}

void TcpStream::read() {
  char* const buffer = loop_.impl().read_buffer();
  for (int round = 0; round < kReadsPerTurn && watcher_; ++round) {
    if (open() && paused_) return;
    const ssize_t count = recv(watcher_->fd(), buffer, Loop::Impl::kReadBufferBytes, 0);
    if (count > 0) {
      last_received_ms_ = loop_.now_ms();
      if (open()) receive({buffer, static_cast<std::size_t>(count)});
      if (static_cast<std::size_t>(count) < Loop::Impl::kReadBufferBytes) return;
    } else if (count == 0) {
      return on_input_end();
    } else if (errno != EINTR) {
      if (!would_block(errno)) fail(errno);
      return;
    }
  }
}

// Straight from the read buffer when nothing older waits.
void TcpStream::receive(std::string_view bytes) {
  if (!kept_.empty()) {
    kept_.append(bytes);
    return offer();
  }
  const std::size_t used = owner_.on_bytes(bytes);
  if (!open() || used == bytes.size()) return;
  kept_.assign(bytes.substr(used));
  update_watch();
}

void TcpStream::offer() {
  // Moved out, since the owner may close, which throws away what is kept.
  const std::string bytes = std::move(kept_);
  kept_ = std::string();
  const std::size_t used = owner_.on_bytes(bytes);
  if (!open()) return;
  if (used < bytes.size()) kept_.assign(bytes, used);
  update_watch();
}

// Everything that the peer sent has been read. It may still take what we send: a half-close does
// not end its interest in the answer (RFC 9112, section 9.6).
void TcpStream::on_input_end() {
  peer_ended_ = true;
  input_ended_ = true;
  if (state_ == State::kDraining && (fin_sent_ || queue_.empty())) {
    return finish(reason_, /*reset=*/false);
  }
  if (open() && kept_.empty()) owner_.on_end();
  update_watch();
}

// The peer's FIN while nothing is read: the end, unless there is something to read before it.
void TcpStream::on_peer_end() {
  char byte = 0;
  const ssize_t count = recv(watcher_->fd(), &byte, 1, MSG_PEEK);
  if (count < 0 && !would_block(errno)) return fail(errno);
  if (count == 0) return on_input_end();
  peer_ended_ = true;
  update_watch();
}

// An error, or urgent data, which is of no interest here.
void TcpStream::on_error_event() {
  if (const int error = pending_error(); error != 0) return fail(error);
  errors_unclear_ = true;
  update_watch();
}

int TcpStream::pending_error() const {
  int error = 0;
  socklen_t size_bytes = sizeof(error);
  getsockopt(watcher_->fd(), SOL_SOCKET, SO_ERROR, &error, &size_bytes);
  return error;
}

void TcpStream::write() {
  wants_write_ = false;
  for (int round = 0; round < kWritesPerTurn && watcher_ && !queue_.empty(); ++round) {
    if (!write_once()) break;
  }
  if (!watcher_) return;
  if (!queue_.empty()) wants_write_ = true;
  update_watch();
  after_write();
}

// False: the kernel takes no more, or the connection is gone.
bool TcpStream::write_once() {
  static thread_local Gathered gathered;  // 16 KB, too much for the stack of every call
  gathered.count = 0;
  gathered.size_bytes = 0;
  queue_.gather(kWritePiecesMax, [](std::string_view piece) { gathered.add(piece); });

  msghdr message{};
  message.msg_iov = gathered.pieces.data();
  message.msg_iovlen = gathered.count;
  const ssize_t count = sendmsg(watcher_->fd(), &message, MSG_NOSIGNAL);
  if (count < 0) {
    if (errno == EINTR) return true;
    if (!would_block(errno)) fail(errno);
    return false;
  }
  bytes_written_ += static_cast<std::uint64_t>(count);
  queue_.consume(static_cast<std::size_t>(count));
  return static_cast<std::size_t>(count) == gathered.size_bytes;
}

std::uint64_t TcpStream::bytes_acknowledged() {
  int waiting = 0;
  if (bytes_acknowledged_ < bytes_written_ && watcher_ &&
      ioctl(watcher_->fd(), TIOCOUTQ, &waiting) == 0) {
    // Our FIN is the last of what waits, and counts as a byte there (RFC 9293, section 3.4).
    if (fin_sent_ && waiting > 0) --waiting;
    bytes_acknowledged_ =
        bytes_written_ - std::min(static_cast<std::uint64_t>(waiting), bytes_written_);
  }
  return bytes_acknowledged_;
}

bool TcpStream::is_owed() { return !queue_.empty() || bytes_acknowledged() < bytes_written_; }

bool TcpStream::is_slow(std::uint64_t before, std::uint64_t passed_ms) {
  const std::uint64_t enough = limits_.slow_bytes_per_second * passed_ms / 1000;
  return is_owed() && bytes_acknowledged() - before >= std::max<std::uint64_t>(enough, 1);
}

void TcpStream::after_write() {
  if (congested_ && queue_.size_bytes() < limits_.queue_bytes_max / 2) {
    congested_ = false;
    drained_ = true;
    loop_.impl().tasks.add(*this);
  }
  if (open()) owner_.on_written();
  if (state_ == State::kDraining && queue_.empty()) send_fin();
}

void TcpStream::send_fin() {
  if (fin_sent_) return;
  set_reset_on_close(false);  // what was queued is out
  if (input_ended_) return finish(reason_, /*reset=*/false);
  fin_sent_ = true;
  if (shutdown(watcher_->fd(), SHUT_WR) != 0) finish(reason_, /*reset=*/false);
}

void TcpStream::update_watch() {
  if (!watcher_) return;
  unsigned events = 0;
  if (wants_write_) events |= kSocketWritable;
  // Level-triggered: an end that was seen must not be watched, or the loop would spin on it.
  if (input_ended_) {
    if (!errors_unclear_) events |= kSocketErrors;
  } else if (!open() || (!paused_ && kept_.size() < kKeptBytesMax)) {
    events |= kSocketReadable;
  } else if (!peer_ended_) {
    events |= kSocketEnded;
  } else if (!errors_unclear_) {
    events |= kSocketErrors;
  }
  if (!watcher_->watch(events)) fail(ENOMEM);
}

void TcpStream::fail(int error) {
  error_ = error;
  finish(open() ? CloseReason::kByPeer : reason_, /*reset=*/true);
}

void TcpStream::set_reset_on_close(bool resets) {
  if (watcher_ == nullptr || resets_on_close_ == resets) return;
  resets_on_close_ = resets;
  const linger at_once = {resets ? 1 : 0, 0};
  setsockopt(watcher_->fd(), SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
}

void TcpStream::finish(CloseReason reason, bool reset) {
  if (state_ == State::kClosed) return;
  state_ = State::kClosed;
  reason_ = reason;
  loop_.cancel_timer(close_timer_);
  if (reset) set_reset_on_close(true);
  watcher_.reset();
  queue_.clear();
  kept_ = std::string();
  congested_ = false;
  wants_write_ = false;
  loop_.impl().tasks.add(*this);
}

}  // namespace courtside
