// One connected socket on its loop: bytes in, queued bytes out. HTTP and WebSocket, server and
// client share it; it knows neither protocol.
//
//   open -> draining -> closed
//
// close_after_flush() starts draining: the queue is written, then FIN. Input is read and discarded
// meanwhile, because closing with unread input would reset the connection, and the peer could lose
// the response. A peer that takes too little, or sends more than kDiscardedBytesMax, is reset.
//
// With TLS the owner sees plaintext. What is queued is encrypted when it is written, as many bytes
// in a record as fit. close_notify stands before the FIN, and the peer's counts as its FIN.
//
// on_closed comes once, last, and from the loop, never within a call. Threads: its loop's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "transport/connection.h"
#include "transport/flush_schedule.h"
#include "transport/loop.h"
#include "transport/loop_core.h"
#include "transport/send_queue.h"
#include "transport/socket_watcher.h"
#include "transport/tls.h"

namespace courtside {

class TcpStreamOwner {
 public:
  // Bytes arrived; returns how many of them it used. The rest is kept and offered again before
  // later input, or after offer_kept().
  virtual std::size_t on_bytes(std::string_view bytes) = 0;
  // What arrived is not TLS, or no TLS that is accepted. The stream closes.
  virtual void on_bad_tls(const std::string& /*why*/) {}
  // The kernel accepted queued bytes.
  virtual void on_written() = 0;
  // The queue fell below half of its limit after congestion.
  virtual void on_drained() = 0;
  // The peer sends no more, and all its input was used. The stream stays open: a peer that closed
  // only its sending side can still read. Called again after each offer_kept().
  virtual void on_end() = 0;
  // The last call; the stream may be destroyed in it.
  virtual void on_closed(CloseReason reason) = 0;

 protected:
  ~TcpStreamOwner() = default;
};

class TcpStream final : public SocketWatcherOwner, public Flushable, public TurnTask {
 public:
  // The limit of unused input; then the socket is not read further.
  static constexpr std::size_t kKeptBytesMax = 64 * 1024;

  // The limit of input that is read and discarded while draining.
  static constexpr std::size_t kDiscardedBytesMax = 8 << 20;

  // Takes ownership of `fd`: non-blocking, connected or connecting. It uses queue_bytes_max,
  // close_timeout_ms and slow_bytes_per_second of the limits. REQUIRES: `limits` and `owner`
  // outlive it.
  TcpStream(Loop& loop, int fd, const ConnectionLimits& limits, TcpStreamOwner& owner);
  // If on_closed has not come, it resets the connection without a callback.
  ~TcpStream() override;

  // All later bytes are TLS, of which this is the server; also those that the owner leaves unused
  // in the on_bytes() that calls this. Call it before anything is sent, once.
  void start_tls(const TlsContext& context) { tls_ = std::make_unique<TlsSession>(context); }

  // See TlsSession::client_name().
  std::optional<std::string> client_name() const {
    return tls_ ? tls_->client_name() : std::nullopt;
  }

  void send(SharedBytes bytes, Urgency urgency);
  void flush() override;

  void pause_reading();
  void resume_reading();
  // The owner can use the input that it left: it is offered again at the end of the turn. on_end()
  // follows when nothing is left and no more will come.
  void offer_kept();

  void close_after_flush(CloseReason reason);
  void abort(CloseReason reason) { finish(reason, /*reset=*/true); }

  // From now on only close_after_flush() ends the connection with FIN. In every other case, even if
  // the process dies, the peer sees a reset. For a response whose end is the connection's end.
  void reset_unless_finished() { set_reset_on_close(true); }

  Loop& loop() const { return loop_; }
  bool open() const { return state_ == State::kOpen; }
  bool reading() const { return !paused_; }
  bool congested() const { return congested_; }
  std::size_t queued_bytes() const {
    return queue_.size_bytes() + (tls_ ? tls_->output().size() : 0);
  }
  std::uint64_t bytes_written() const { return bytes_written_; }
  std::uint64_t bytes_acknowledged();
  // Whether the peer still has to take sent or queued bytes.
  bool is_owed();
  // Whether the peer still has bytes to take, and since `before` (bytes_acknowledged() of
  // `passed_ms` ago) took enough to count as slow rather than gone.
  bool is_slow(std::uint64_t before, std::uint64_t passed_ms);
  std::uint64_t last_received_ms() const { return last_received_ms_; }
  // The time when reading was last resumed; 0: it was never paused.
  std::uint64_t resumed_ms() const { return resumed_ms_; }
  // errno of the failure that ended the stream, or 0.
  int error() const { return error_; }

 private:
  enum class State : std::uint8_t { kOpen, kDraining, kClosed };

  void on_socket(unsigned events) override;
  void run_turn_task() override;

  void read();
  void decrypt(std::string_view bytes);
  void take(std::string_view bytes);
  void offer();
  void on_peer_end();
  void on_input_end();
  void on_error_event();
  bool has_output() const;
  void write();
  bool write_pieces();
  bool write_records();
  bool seal();
  bool goes_on_after_error();
  void after_write();
  void send_fin();
  void set_reset_on_close(bool resets);
  std::uint32_t close_wait_ms() const {
    return limits_.close_timeout_ms / (reason_ == CloseReason::kTimeout ? 4 : 1);
  }
  void wait_for_peer();
  void update_watch();
  void finish(CloseReason reason, bool reset);
  void fail(int error);
  int pending_error() const;  // errno, or 0

  Loop& loop_;
  const ConnectionLimits& limits_;
  TcpStreamOwner& owner_;
  std::unique_ptr<SocketWatcher> watcher_;  // null once closed
  SendQueue queue_;
  std::unique_ptr<TlsSession> tls_;  // null without TLS
  std::string kept_;
  std::uint64_t bytes_written_ = 0;
  std::uint64_t bytes_acknowledged_ = 0;  // at the last query
  std::uint64_t last_received_ms_ = 0;
  std::uint64_t resumed_ms_ = 0;
  std::size_t discarded_bytes_ = 0;
  std::uint64_t acknowledged_at_wait_ = 0;  // bytes_acknowledged() when close_timer_ was started
  TimerId close_timer_;
  int error_ = 0;
  State state_ = State::kOpen;
  CloseReason reason_ = CloseReason::kByUs;
  bool paused_ = false;       // by the owner
  bool wants_write_ = false;  // the kernel took less than the queue
  bool congested_ = false;
  bool drained_ = false;  // on_drained must be called
  bool offer_due_ = false;
  bool peer_ended_ = false;      // its FIN was seen; unread input may be before it
  bool input_ended_ = false;     // all input up to its FIN was read
  bool errors_unclear_ = false;  // the kernel reported an error without naming it
  bool resets_on_close_ = false;
  bool fin_sent_ = false;
};

}  // namespace courtside
