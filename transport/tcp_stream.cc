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

constexpr std::size_t kWritePiecesMax = 1000;    // per system call; the kernel's IOV_MAX is 1024
constexpr std::size_t kWriteBytesMax = 1 << 20;  // per system call
constexpr std::size_t kRecordPiecesMax = 256;    // in one TLS record
constexpr std::size_t kRecordBytes = TlsSession::kRecordBytesMax;  // with what TLS adds
constexpr std::size_t kRecordOverhead = 64;         // bytes of header, padding and tag, at most
constexpr std::size_t kSealedBytesMax = 64 * 1024;  // encrypted in advance
constexpr int kWritesPerTurn = 4;
constexpr int kReadsPerTurn = 4;  // of LoopCore::kReadBufferBytes each

bool would_block(int error) { return error == EAGAIN || error == EWOULDBLOCK; }

// The queue's first pieces, as many as one system call takes.
struct Gathered {
  std::array<iovec, kWritePiecesMax> pieces;
  std::size_t count = 0;
  std::size_t size_bytes = 0;

  void add(std::string_view piece) {
    if (size_bytes >= kWriteBytesMax) return;
    const std::size_t room = kWriteBytesMax - size_bytes;
    const std::size_t length = piece.size() < room ? piece.size() : room;
    // The kernel only reads it, but iovec has no const form.
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
  loop_.core().tasks.remove(*this);
  loop_.core().flushes.remove(*this);
}

void TcpStream::send(SharedBytes bytes, Urgency urgency) {
  if (!open()) return;
  queue_.push(std::move(bytes));
  if (queue_.size_bytes() > limits_.queue_bytes_max) congested_ = true;
  // While the kernel has no room, on_socket writes the queue.
  if (!wants_write_) loop_.core().flushes.add(*this, urgency);
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
  loop_.core().tasks.add(*this);
}

void TcpStream::close_after_flush(CloseReason reason) {
  if (!open()) return;
  state_ = State::kDraining;
  reason_ = reason;
  kept_ = std::string();
  if (tls_ && !tls_->established()) {
    // What is queued can never be sent; an alert can.
    queue_.clear();
    if (tls_->output().empty()) return finish(reason, /*reset=*/false);
  }
  wait_for_peer();
  update_watch();
  if (!has_output()) {
    send_fin();
  } else if (!wants_write_) {
    loop_.core().flushes.add(*this, Urgency::kReply);
  }
}

// Repeats the wait as long as the peer has data to take and takes it fast enough. The amount of
// data is bounded, so the time is too.
void TcpStream::wait_for_peer() {
  acknowledged_at_wait_ = bytes_acknowledged();
  const std::uint32_t wait_ms = close_wait_ms();
  close_timer_ = loop_.start_timer(wait_ms, [this, wait_ms] {
    if (is_slow(acknowledged_at_wait_, wait_ms)) return wait_for_peer();
    // A reset would make some peers lose data that they have received but not yet read.
    finish(reason_, /*reset=*/is_owed());
  });
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
  char* const buffer = loop_.core().read_buffer();
  for (int round = 0; round < kReadsPerTurn && watcher_; ++round) {
    if (open() && paused_) return;
    const ssize_t count = recv(watcher_->fd(), buffer, LoopCore::kReadBufferBytes, 0);
    if (count > 0) {
      last_received_ms_ = loop_.now_ms();
      const std::string_view bytes(buffer, static_cast<std::size_t>(count));
      if (!open() && (discarded_bytes_ += bytes.size()) > kDiscardedBytesMax) {
        return finish(reason_, /*reset=*/true);
      }
      if (open()) tls_ ? decrypt(bytes) : take(bytes);
      if (input_ended_) return;
      if (static_cast<std::size_t>(count) < LoopCore::kReadBufferBytes) return;
    } else if (count == 0) {
      return on_input_end();
    } else if (errno != EINTR) {
      if (!would_block(errno)) fail(errno);
      return;
    }
  }
}

void TcpStream::decrypt(std::string_view bytes) {
  std::string& plain = loop_.core().tls_input;
  plain.clear();
  const TlsSession::Input input = tls_->receive(bytes, plain);
  if (!plain.empty()) take(plain);
  if (!watcher_) return;
  // Only a peer that asks for answers and takes none can get there.
  if (tls_->output().size() > 2 * kSealedBytesMax) return fail(EPROTO);
  if (input == TlsSession::Input::kFailed) {
    queue_.clear();
    if (open()) owner_.on_bad_tls(tls_->error());
    return close_after_flush(CloseReason::kViolation);
  }
  if (has_output() && !wants_write_) loop_.core().flushes.add(*this, Urgency::kReply);
  if (input == TlsSession::Input::kEnded) on_input_end();
}

// Passes the bytes directly when no older input waits.
void TcpStream::take(std::string_view bytes) {
  if (!kept_.empty()) {
    kept_.append(bytes);
    return offer();
  }
  const bool was_encrypted = tls_ != nullptr;
  const std::size_t used = owner_.on_bytes(bytes);
  if (!open() || used == bytes.size()) return;
  if (tls_ && !was_encrypted) return decrypt(bytes.substr(used));
  kept_.assign(bytes.substr(used));
  update_watch();
}

void TcpStream::offer() {
  // Moved out, because the owner may close, which discards kept_.
  const std::string bytes = std::move(kept_);
  kept_ = std::string();
  const std::size_t used = owner_.on_bytes(bytes);
  if (!open()) return;
  if (used < bytes.size()) kept_.assign(bytes, used);
  update_watch();
}

// All of the peer's input has been read. The peer may still read: a half-close does not end its
// interest in the response (RFC 9112, section 9.6).
void TcpStream::on_input_end() {
  peer_ended_ = true;
  input_ended_ = true;
  if (state_ == State::kDraining && (fin_sent_ || !has_output())) {
    return finish(reason_, /*reset=*/false);
  }
  if (open() && kept_.empty()) owner_.on_end();
  update_watch();
}

// The peer's FIN while reading is off: the end of input, unless there is unread data before it.
// With TLS that may be its close_notify.
void TcpStream::on_peer_end() {
  char byte = 0;
  const ssize_t count = recv(watcher_->fd(), &byte, 1, MSG_PEEK);
  if (count < 0 && !would_block(errno)) return fail(errno);
  if (count == 0) return on_input_end();
  peer_ended_ = true;
  update_watch();
}

// An error, or urgent data, which is ignored.
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

// Before the end of the handshake nothing of the queue can be sent.
bool TcpStream::has_output() const {
  if (!tls_) return !queue_.empty();
  return !tls_->output().empty() || (!queue_.empty() && tls_->established());
}

void TcpStream::write() {
  wants_write_ = false;
  for (int round = 0; round < kWritesPerTurn && watcher_ && has_output(); ++round) {
    if (!(tls_ ? write_records() : write_pieces())) break;
  }
  if (!watcher_) return;
  wants_write_ = has_output();
  update_watch();
  after_write();
}

// False when the kernel accepts no more, or the connection is gone.
bool TcpStream::write_pieces() {
  static thread_local Gathered gathered;  // 16 KB, too large for the stack
  gathered.count = 0;
  gathered.size_bytes = 0;
  queue_.gather(kWritePiecesMax, [](std::string_view piece) { gathered.add(piece); });

  msghdr message{};
  message.msg_iov = gathered.pieces.data();
  message.msg_iovlen = gathered.count;
  const ssize_t count = sendmsg(watcher_->fd(), &message, MSG_NOSIGNAL);
  if (count < 0) return goes_on_after_error();
  bytes_written_ += static_cast<std::uint64_t>(count);
  queue_.consume(static_cast<std::size_t>(count));
  return static_cast<std::size_t>(count) == gathered.size_bytes;
}

bool TcpStream::write_records() {
  if (tls_->output().empty() && !seal()) return false;
  const std::string_view output = tls_->output();
  const ssize_t count = ::send(watcher_->fd(), output.data(), output.size(), MSG_NOSIGNAL);
  if (count < 0) return goes_on_after_error();
  const bool is_all = static_cast<std::size_t>(count) == output.size();
  bytes_written_ += static_cast<std::uint64_t>(count);
  tls_->consume_output(static_cast<std::size_t>(count));
  return is_all;
}

// Encrypts the beginning of the queue. False when the connection has failed.
bool TcpStream::seal() {
  std::string& record = loop_.core().tls_record;
  tls_->reserve_output(std::min(queue_.size_bytes() + kRecordOverhead, kSealedBytesMax));
  while (!queue_.empty() && tls_->output().size() + kRecordBytes <= kSealedBytesMax) {
    record.clear();
    queue_.gather(kRecordPiecesMax, [&record](std::string_view piece) {
      record.append(piece.substr(0, kRecordBytes - kRecordOverhead - record.size()));
    });
    if (!tls_->send(record)) {
      fail(EPROTO);
      return false;
    }
    queue_.consume(record.size());
  }
  return true;
}

// After a failed write. False when the kernel accepts no more, or the connection is gone.
bool TcpStream::goes_on_after_error() {
  if (errno == EINTR) return true;
  if (!would_block(errno)) fail(errno);
  return false;
}

std::uint64_t TcpStream::bytes_acknowledged() {
  int waiting = 0;
  if (bytes_acknowledged_ < bytes_written_ && watcher_ &&
      ioctl(watcher_->fd(), TIOCOUTQ, &waiting) == 0) {
    // Our FIN comes last and counts as one byte (RFC 9293, section 3.4).
    if (fin_sent_ && waiting > 0) --waiting;
    bytes_acknowledged_ =
        bytes_written_ - std::min(static_cast<std::uint64_t>(waiting), bytes_written_);
  }
  return bytes_acknowledged_;
}

bool TcpStream::is_owed() { return queued_bytes() > 0 || bytes_acknowledged() < bytes_written_; }

bool TcpStream::is_slow(std::uint64_t before, std::uint64_t passed_ms) {
  const std::uint64_t enough = limits_.slow_bytes_per_second * passed_ms / 1000;
  return is_owed() && bytes_acknowledged() - before >= std::max<std::uint64_t>(enough, 1);
}

void TcpStream::after_write() {
  if (congested_ && queue_.size_bytes() < limits_.queue_bytes_max / 2) {
    congested_ = false;
    drained_ = true;
    loop_.core().tasks.add(*this);
  }
  if (open()) owner_.on_written();
  if (state_ == State::kDraining && !has_output()) send_fin();
}

void TcpStream::send_fin() {
  if (fin_sent_ || !watcher_) return;
  if (tls_ && !tls_->ended()) {
    tls_->end();
    if (has_output()) return write();  // calls this again
  }
  set_reset_on_close(false);  // the queue is written
  if (input_ended_) return finish(reason_, /*reset=*/false);
  fin_sent_ = true;
  if (shutdown(watcher_->fd(), SHUT_WR) != 0) finish(reason_, /*reset=*/false);
}

void TcpStream::update_watch() {
  if (!watcher_) return;
  unsigned events = 0;
  if (wants_write_) events |= kSocketWritable;
  // Events are level-triggered: an end that was already seen must not be watched, or the loop would
  // spin.
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
  loop_.core().tasks.add(*this);
}

}  // namespace courtside
