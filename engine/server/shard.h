// One loop thread with everything it owns: connections, sessions, subscribers and the hub.
//
//   sockets --> peers --> sessions ---> Sequencer --(log thread)--> commits mailbox
//                 ^                                                      |
//                 +----------- hub <---------------- verdicts, batches --+
//                               |
//                               +--> ReadQueue --(read threads)--> tasks mailbox --> hub
//
// The loop, its thread and the connections come from a ShardRuntime.
//
// Threads: its own (COURTSIDE_ON_LOOP, COURTSIDE_OF_LOOP). Other threads may call only the post_*
// functions, start and the stop functions.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "base/loop_thread.h"
#include "base/mailbox.h"
#include "engine/admission/admission.h"
#include "engine/connection/peer_host.h"
#include "engine/connection/role.h"
#include "engine/delivery/hub.h"
#include "engine/http/services.h"
#include "engine/server/commit.h"
#include "engine/server/metrics.h"
#include "engine/server/read_scheduler.h"
#include "engine/server/shard_runtime.h"
#include "transport/listener.h"

namespace courtside {

class Peer;

// A socket for the shard that will own it, with its leases.
struct NewConnection {
  AcceptedSocket socket;
  Admission::ConnectionLeases places;
  bool is_admin = false;  // of the listener for administration
};

class Shard final : public HubHost, public PeerHost {
 public:
  // `services` and `reads` must outlive it. `held`: the retained range of the log at start.
  Shard(std::uint32_t number, const Services& services, ReadQueue& reads, OffsetRange held,
        std::unique_ptr<ShardRuntime> runtime);
  ~Shard();
  Shard(const Shard&) = delete;
  Shard& operator=(const Shard&) = delete;

  void start();

  // Any thread. False when kSocketsWaitingMax already wait: the socket closes, and the client tries
  // again.
  [[nodiscard]] bool post_socket(NewConnection connection);
  // Any thread. Blocks while the shard is kCommitsWaitingMax batches behind.
  void post_commit(SharedCommit commit);
  // Any thread. The task runs on the shard's thread.
  void post_task(std::function<void()> task);

  // One JSON object for each connection. On the shard's thread, within a task.
  std::vector<std::string> connections() COURTSIDE_ON_LOOP;
  // Cuts a connection; false when the shard has none with this id. On the shard's thread.
  bool cut(ConnectionId id) COURTSIDE_ON_LOOP;

  // Refuses new work from now on. Any thread.
  void refuse_work() { draining_ = true; }
  // Cuts every history stream, which appends how far it came; the future is ready when all have.
  // Any thread; once, after refuse_work() and while the sequencer still accepts appends.
  std::future<void> cut_histories();
  // Closes every client. A failure of the log is the answer to everything that waits for a verdict.
  // The future is ready when the last session or stream is gone and every answer has arrived. Any
  // thread; once.
  std::future<void> drain(const Goodbye& goodbye, std::optional<Error> failure = std::nullopt);
  // Drops the remaining connections and ends the thread.
  void stop();

  const ShardStats& stats() const { return stats_; }

  // HubHost
  std::optional<RenderedPage> read_page(SubscriberId id, const SharedInterest& interest,
                                        OffsetRange range) override COURTSIDE_ON_LOOP;
  void forget_page(SubscriberId id) override COURTSIDE_ON_LOOP { reads_.forget(id); }
  std::uint64_t now_ms() override;
  void wake_after(SubscriberId id, std::uint64_t delay_ms) override COURTSIDE_ON_LOOP;
  void on_barrier(std::size_t index) override COURTSIDE_ON_LOOP;

 private:
  // PeerHost
  const Services& services() const override { return services_; }
  Hub& hub() override { return hub_; }
  std::uint32_t number() const override { return number_; }
  bool draining() const override { return draining_; }
  std::size_t connection_count() const override { return stats_.connections.load(); }
  std::uint64_t rights_changes() const override COURTSIDE_ON_LOOP { return rights_changes_; }
  void count_request() override COURTSIDE_ON_LOOP { ++requests_; }
  void count_close(std::uint16_t code, bool by_client) override COURTSIDE_ON_LOOP {
    stats_.closes.count(code, by_client);
  }
  [[nodiscard]] bool read(ConnectionId connection, ReadJob job) override COURTSIDE_ON_LOOP;
  void read_history(const ReadCaller& caller, ConnectionId connection,
                    ReadJob job) override COURTSIDE_ON_LOOP;
  void read_part(ConnectionId connection, ReadJob job) override COURTSIDE_ON_LOOP;
  void make_backup(ConnectionId connection, ReadJob job) override COURTSIDE_ON_LOOP;
  void resume(ConnectionId connection, Resumption then) override;
  void retire(ConnectionId connection) override COURTSIDE_ON_LOOP;

  static constexpr std::size_t kSocketsWaitingMax = 4096;
  static constexpr std::size_t kCommitsWaitingMax = 1024;
  static constexpr std::uint64_t kTickMs = 250;
  // A page within these bounds is made on the loop; a larger one on a read thread.
  static constexpr std::size_t kTailBatchesMax = 64;
  static constexpr std::uint64_t kTailEventsMax = 1024;

  void on_wake() COURTSIDE_ON_LOOP;
  void on_turn_end() COURTSIDE_ON_LOOP;
  void start_tick();
  void on_tick() COURTSIDE_ON_LOOP;
  void adopt_socket(NewConnection connection) COURTSIDE_ON_LOOP;
  void on_commit(const Commit& commit) COURTSIDE_ON_LOOP;
  void resolve_if_empty() COURTSIDE_ON_LOOP;
  Peer* find_peer(ConnectionId id) COURTSIDE_ON_LOOP;
  ReadScheduler::Task resumed(ConnectionId connection, Resumption then);
  PageRequest page_request(const Interest& interest, OffsetRange range) const;

  const std::uint32_t number_;
  const Services& services_;
  const std::unique_ptr<ShardRuntime> runtime_;
  EventLoop& loop_;  // the runtime's
  Hub hub_ COURTSIDE_OF_LOOP;
  ReadScheduler reads_ COURTSIDE_OF_LOOP;

  Mailbox<NewConnection> sockets_;
  Mailbox<SharedCommit> commits_;
  Mailbox<std::function<void()>> tasks_;
  std::vector<NewConnection> taken_sockets_ COURTSIDE_OF_LOOP;
  std::vector<SharedCommit> taken_commits_ COURTSIDE_OF_LOOP;
  std::vector<std::function<void()>> taken_tasks_ COURTSIDE_OF_LOOP;

  std::unordered_map<ConnectionId, std::unique_ptr<Peer>> peers_ COURTSIDE_OF_LOOP;
  std::vector<std::unique_ptr<Peer>> retired_ COURTSIDE_OF_LOOP;

  std::atomic<bool> draining_{false};
  std::optional<std::promise<void>> emptied_ COURTSIDE_OF_LOOP;  // set while draining
  std::uint64_t accepted_ COURTSIDE_OF_LOOP = 0;
  std::uint64_t requests_ COURTSIDE_OF_LOOP = 0;
  std::uint64_t tick_due_ms_ = 0;  // before the start the Server's, then the loop's
  const Commit* commit_ COURTSIDE_OF_LOOP = nullptr;  // while the hub hands it out
  std::uint64_t rights_changes_ COURTSIDE_OF_LOOP = 0;
  ShardStats stats_;
  bool is_running_ = false;
};

}  // namespace courtside
