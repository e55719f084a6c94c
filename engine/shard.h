// One loop thread with everything it owns: connections, sessions, subscribers and the hub.
//
//   sockets --> peers --> sessions ---> Sequencer --(log thread)--> commits mailbox
//                 ^                                                      |
//                 +----------- hub <---------------- verdicts, batches --+
//                               |
//                               +--> ReadPool --(read threads)--> tasks mailbox --> hub
//
// Threads: its own. From others only the post_* functions, start and the stop calls.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <thread>
#include <unordered_map>
#include <vector>

#include "base/mailbox.h"
#include "engine/doors/connection_limit.h"
#include "engine/doors/read_turns.h"
#include "engine/engine.h"
#include "engine/hub.h"
#include "engine/metrics.h"
#include "transport/listener.h"
#include "transport/loop.h"

namespace courtside {

class Peer;

// A socket on its way to the shard that will own it, with its share of the limit per address.
struct NewConnection {
  AcceptedSocket socket;
  ConnectionLimit::Lease place;
};

class Shard final : public HubHost {
 public:
  // `engine` outlives it. `held` is the log at the start.
  Shard(std::uint32_t number, const Engine& engine, OffsetRange held);
  ~Shard();
  Shard(const Shard&) = delete;
  Shard& operator=(const Shard&) = delete;

  void start();

  // Any thread.
  // False when kSocketsWaitingMax wait already: the socket closes, and the client tries again.
  [[nodiscard]] bool post_socket(NewConnection connection);
  // Waits when the shard is kCommitsWaitingMax batches behind.
  void post_commit(SharedBatch batch);
  // Runs on the shard's thread.
  void post_task(std::function<void()> task);

  // Refuses new work from now on. Any thread.
  void refuse_work() { draining_ = true; }
  // Cuts every history stream, which says in the log how far it came; the future is ready when all
  // have. Any thread; once, after refuse_work() and while the sequencer still takes appends.
  std::future<void> cut_histories();
  // Says goodbye to every client: 1012, or `code` where something broke. The future is ready when
  // the last one has gone. Any thread; once.
  std::future<void> drain(std::uint16_t code);
  // Drops who is still there and ends the thread.
  void stop();

  std::size_t connection_count() const { return stats_.connections.load(); }
  const ShardStats& stats() const { return stats_; }

  // From here on: the shard's thread.
  const Engine& engine() const { return engine_; }
  Loop& loop() { return loop_; }
  Hub& hub() { return hub_; }
  std::uint32_t number() const { return number_; }
  bool draining() const { return draining_; }

  // Runs `job` on a read thread and, on this thread, what it returns: for those who wait for live
  // events. False when too many of them wait.
  using Finish = std::function<void()>;
  [[nodiscard]] bool read(std::function<Finish()> job);
  // The same for an answer of history, when its caller's turn comes; not at all when the connection
  // goes before that.
  void read_history(const ReadCaller& caller, ConnectionId connection, std::function<Finish()> job);
  // The same, without turns, for what there is little of: a part of a history stream
  // (limits.history_streams), a backup (one at a time).
  void read_part(std::function<Finish()> job);

  // The peer with this connection, or null when it is gone.
  Peer* find_peer(ConnectionId id);
  // Its connection is closed: it goes at the end of the turn.
  void retire(ConnectionId id);
  void count_request() { ++requests_; }

  // Grows with each event that may have ended a right: what was allowed under another number is to
  // be asked again.
  std::uint64_t rights_changes() const { return rights_changes_; }
  // What access answers later comes here: `then` runs on this thread, if the peer is still there.
  template <typename T>
  Access::Later<T> later(ConnectionId id, std::function<void(Peer&, const Result<T>&)> then) {
    return [this, id, then = std::move(then)](Result<T> answer) {
      post_task([this, id, then, answer = std::move(answer)] {
        if (Peer* peer = find_peer(id)) then(*peer, answer);
      });
    };
  }

  std::optional<RenderedPage> read_page(SubscriberId id, const SharedInterest& interest,
                                        OffsetRange range) override;
  std::uint64_t now_ms() override;
  void wake_after(SubscriberId id, std::uint64_t delay_ms) override;
  bool is_turning_point(RecordView record) override;
  void on_turning_point(RecordView record) override;

 private:
  static constexpr std::size_t kSocketsWaitingMax = 4096;
  static constexpr std::size_t kCommitsWaitingMax = 1024;
  static constexpr std::uint64_t kTickMs = 250;
  // A page is made on the loop when it needs no more than this; else on a read thread.
  static constexpr std::size_t kTailBatchesMax = 64;
  static constexpr std::uint64_t kTailEventsMax = 1024;

  void on_wake();
  void on_turn_end();
  void on_tick();
  void adopt_socket(NewConnection connection);
  void on_commit(const Batch& batch);
  void tell_when_empty();
  void start_waiting_reads();
  void start_history_reads();
  PageRequest page_request(const Interest& interest, OffsetRange range) const;

  const std::uint32_t number_;
  const Engine& engine_;
  Loop loop_;
  Hub hub_;

  Mailbox<NewConnection> sockets_;
  Mailbox<SharedBatch> commits_;
  Mailbox<std::function<void()>> tasks_;
  std::vector<NewConnection> taken_sockets_;
  std::vector<SharedBatch> taken_commits_;
  std::vector<std::function<void()>> taken_tasks_;

  std::unordered_map<ConnectionId, std::unique_ptr<Peer>> peers_;
  std::vector<std::unique_ptr<Peer>> retired_;

  // Reads for subscribers: bounded, the rest wait here by number only.
  struct WaitingRead {
    SubscriberId id;
    SharedInterest interest;
    OffsetRange range;
  };
  std::deque<WaitingRead> waiting_reads_;
  std::size_t reads_in_flight_ = 0;
  std::size_t jobs_in_flight_ = 0;
  ReadTurns history_reads_;

  std::atomic<bool> draining_{false};
  std::optional<std::promise<void>> emptied_;  // once drain began
  std::uint64_t accepted_ = 0;
  std::uint64_t requests_ = 0;
  std::uint64_t rights_changes_ = 0;
  ShardStats stats_;
  std::thread thread_;
};

}  // namespace courtside
