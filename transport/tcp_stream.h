// One connected socket on its loop: bytes in, queued bytes out. What HTTP and WebSocket have in
// common, for both ends of a connection; it knows neither.
//
//   open -> draining (close_after_flush: what is queued goes out, then FIN; what comes in is read
//   and
//           thrown away, because closing on unread bytes would reset the connection and take the
//           answer away from the peer; a peer that takes too little of it is reset)
//        -> closed
//
// on_closed comes once, last, and from the loop, never from within a call. Threads: its loop's.
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
#include "transport/loop_impl.h"
#include "transport/send_queue.h"
#include "transport/socket_watcher.h"

namespace courtside {

class TcpStreamOwner {
 public:
  // Bytes came in; answers how many of them it used. The rest is kept and offered again, in front
  // of what comes next, or after offer_kept().
  virtual std::size_t on_bytes(std::string_view bytes) = 0;
  // The kernel took something.
  virtual void on_written() = 0;
  // The queue fell below half of its limit after it had been above.
  virtual void on_drained() = 0;
  // The peer sends no more, and all that it sent was used. The stream stays open: what is sent
  // still reaches a peer that closed only its sending side. Called again after each offer_kept().
  virtual void on_end() = 0;
  // The last call; the stream may be destroyed in it.
  virtual void on_closed(CloseReason reason) = 0;

 protected:
  ~TcpStreamOwner() = default;
};

class TcpStream final : public SocketWatcherOwner, public Flushable, public TurnTask {
 public:
  // Unused input that is kept at most, before the socket is read no further.
  static constexpr std::size_t kKeptBytesMax = 64 * 1024;

  // Takes `fd`, non-blocking, connected or about to be. Uses of the limits, which outlive it:
  // queue_bytes_max, close_timeout_ms, slow_bytes_per_second.
  TcpStream(Loop& loop, int fd, const ConnectionLimits& limits, TcpStreamOwner& owner);
  // Without on_closed before: resets the connection, silently.
  ~TcpStream() override;

  void send(SharedBytes bytes, Urgency urgency);
  void flush() override;

  void pause_reading();
  void resume_reading();
  // The owner can use what it left of the input: it is offered at the end of the turn. on_end()
  // follows where nothing is left and nothing more will come.
  void offer_kept();

  void close_after_flush(CloseReason reason);
  void abort(CloseReason reason);

  // Only close_after_flush() ends it with FIN from now on. However else it ends, also with the
  // process itself, the peer sees a reset. For what the connection's end is the end of.
  void let_fin_mean_whole() { set_reset_on_close(true); }

  Loop& loop() const { return loop_; }
  bool open() const { return state_ == State::kOpen; }
  bool reading() const { return !paused_; }
  bool congested() const { return congested_; }
  std::size_t queued_bytes() const { return queue_.size_bytes(); }
  std::uint64_t bytes_written() const { return bytes_written_; }
  std::uint64_t bytes_acknowledged();
  // Whether the peer has yet to take some of what it was sent.
  bool is_owed();
  // Whether, besides, it took enough since it had confirmed `before`, so long ago, to count as slow
  // and not as gone.
  bool is_slow(std::uint64_t before, std::uint64_t passed_ms);
  std::uint64_t last_received_ms() const { return last_received_ms_; }
  // When reading was last resumed; 0: it never was paused.
  std::uint64_t resumed_ms() const { return resumed_ms_; }
  // errno of what ended it, or 0.
  int error() const { return error_; }

 private:
  enum class State : std::uint8_t { kOpen, kDraining, kClosed };

  void on_socket(unsigned events) override;
  void run_turn_task() override;

  void read();
  void receive(std::string_view bytes);
  void offer();
  void on_peer_end();
  void on_input_end();
  void on_error_event();
  void write();
  bool write_once();
  void after_write();
  void send_fin();
  void set_reset_on_close(bool resets);
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
  std::string kept_;
  std::uint64_t bytes_written_ = 0;
  std::uint64_t bytes_acknowledged_ = 0;  // when last asked
  std::uint64_t last_received_ms_ = 0;
  std::uint64_t resumed_ms_ = 0;
  std::uint64_t acknowledged_at_wait_ = 0;  // bytes_acknowledged() when close_timer_ was started
  TimerId close_timer_;
  int error_ = 0;
  State state_ = State::kOpen;
  CloseReason reason_ = CloseReason::kByUs;
  bool paused_ = false;       // by the owner
  bool wants_write_ = false;  // the kernel took less than we have
  bool congested_ = false;
  bool drained_ = false;  // on_drained is due
  bool offer_due_ = false;
  bool peer_ended_ = false;      // its FIN was seen; input may wait in front of it
  bool input_ended_ = false;     // everything up to its FIN was read
  bool errors_unclear_ = false;  // the kernel reported an error that it does not name
  bool resets_on_close_ = false;
  bool fin_sent_ = false;
};

}  // namespace courtside
