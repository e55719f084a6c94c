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
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <thread>
#include <unordered_map>
#include <vector>

#include "base/mailbox.h"
#include "engine/connection/peer_host.h"
#include "engine/delivery/hub.h"
#include "engine/doors/connection_limit.h"
#include "engine/http/services.h"
#include "engine/server/metrics.h"
#include "engine/server/read_scheduler.h"
#include "transport/listener.h"
#include "transport/loop.h"

namespace courtside {

class Peer;

// A socket on its way to the shard that will own it, with its share of the limit per address.
struct NewConnection {
  AcceptedSocket socket;
  ConnectionLimit::Lease place;
};

class Shard final : public HubHost, public PeerHost {
 public:
  // `services` and `reads` outlive it. `held` is the log at the start.
  Shard(std::uint32_t number, const Services& services, ReadPool& reads, OffsetRange held);
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

  const ShardStats& stats() const { return stats_; }

  // HubHost
  std::optional<RenderedPage> read_page(SubscriberId id, const SharedInterest& interest,
                                        OffsetRange range) override;
  void forget_page(SubscriberId id) override { reads_.forget(id); }
  std::uint64_t now_ms() override;
  void wake_after(SubscriberId id, std::uint64_t delay_ms) override;
  bool is_turning_point(RecordView record) override;
  void on_turning_point(RecordView record) override;

 private:
  // PeerHost
  const Services& services() const override { return services_; }
  Hub& hub() override { return hub_; }
  std::uint32_t number() const override { return number_; }
  bool draining() const override { return draining_; }
  std::size_t connection_count() const override { return stats_.connections.load(); }
  std::uint64_t rights_changes() const override { return rights_changes_; }
  void count_request() override { ++requests_; }
  [[nodiscard]] bool read(ConnectionId connection, ReadJob job) override;
  void read_history(const ReadCaller& caller, ConnectionId connection, ReadJob job) override;
  void read_part(ConnectionId connection, ReadJob job) override;
  void resume(ConnectionId connection, Resumption then) override;
  void retire(ConnectionId connection) override;

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
  Peer* find_peer(ConnectionId id);
  ReadScheduler::Task resumed(ConnectionId connection, Resumption then);
  PageRequest page_request(const Interest& interest, OffsetRange range) const;

  const std::uint32_t number_;
  const Services& services_;
  Loop loop_;
  Hub hub_;
  ReadScheduler reads_;

  Mailbox<NewConnection> sockets_;
  Mailbox<SharedBatch> commits_;
  Mailbox<std::function<void()>> tasks_;
  std::vector<NewConnection> taken_sockets_;
  std::vector<SharedBatch> taken_commits_;
  std::vector<std::function<void()>> taken_tasks_;

  std::unordered_map<ConnectionId, std::unique_ptr<Peer>> peers_;
  std::vector<std::unique_ptr<Peer>> retired_;

  std::atomic<bool> draining_{false};
  std::optional<std::promise<void>> emptied_;  // once drain began
  std::uint64_t accepted_ = 0;
  std::uint64_t requests_ = 0;
  std::uint64_t rights_changes_ = 0;
  ShardStats stats_;
  std::thread thread_;
};

}  // namespace courtside
