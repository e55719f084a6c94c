// One schedule of hubs alone: a log with its sequencer, hubs with their hosts, clients on slow and
// broken connections, and one seed that decides what happens next. A schedule costs microseconds;
// ShardWorld runs whole shards.
//
//   publishers --> waiting commands --fold, commit--> log, tail --> mailboxes --> hubs --> sockets
//                                                      ^                           |
//                                                      +------ page reads ---------+
//
// What is real: Fold, MemoryLog, Tail, PageReader, Subscription, Hub. What is simulated: threads
// (every mailbox and read moves when the seed says so), sockets and clients. Retention and commits
// also strike in the middle of a page read.
//
// Threads: one.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tests/simulation/interrupted_log.h"
#include "tests/simulation/ledger.h"
#include "tests/simulation/simulated_client.h"
#include "tests/simulation/simulated_hub_host.h"
#include "tests/support/memory_log.h"

namespace courtside::simulation {

struct HubWorldCounters {
  std::uint64_t committed = 0;
  std::uint64_t duplicates = 0;
  std::uint64_t conflicts = 0;
  std::uint64_t dropped = 0;
  std::uint64_t resumes = 0;
  std::uint64_t ahead = 0;  // resumed on a hub that had not come as far
  std::uint64_t failed_reads = 0;
  std::uint64_t cut_while_sent_to = 0;
  std::uint64_t suspended = 0;
  std::uint64_t ended = 0;
  std::uint64_t delivered_live = 0;
  std::uint64_t replayed = 0;
  ClientCounters clients;

  HubWorldCounters& operator+=(const HubWorldCounters& other);
};

class HubWorld final : public ClientWorld {
 public:
  explicit HubWorld(std::uint64_t seed, Planted planted = Planted::kNothing);

  // Lets `operations` happen, then everything come to rest. What went wrong, or empty.
  std::string run(std::size_t operations);

  HubWorldCounters counters() const;
  // Equal for two runs of one seed.
  std::uint64_t digest() const;

 private:
  struct Connection {
    std::unique_ptr<Client> client;
    SimulatedHubHost* host = nullptr;  // null: cut
    SubscriberId id;
  };

  enum Operation : std::uint8_t {
    kPublish,
    kCommit,
    kTakeCommit,
    kDoRead,
    kTakeRead,
    kFailRead,
    kReadSocket,
    kCut,
    kConnect,
    kProgress,
    kDrop,
    kAnswer,
    kOperations,
  };

  // What happens next; how likely each is differs from schedule to schedule.
  Operation pick();
  void perform(Operation operation);

  // Some logs begin long before the first client.
  void begin_with_history();
  void publish();
  void drop();
  // One group commit of what waits, or of the first few.
  void commit(std::size_t commands_max);

  void connect(Connection& connection);
  void cut(Connection& connection);
  void read_socket(Connection& connection);
  // The heartbeat of a live client that takes: it stands at its hub's head.
  void send_progress(Connection& connection);

  // A right may have ended behind this event: some subscribers stand still until that is known.
  void turn(const SimulatedHubHost& host, Offset at);
  // It is known: the subscriber goes on, or is gone.
  void answer(Connection& connection);

  // ClientWorld
  Offset first_held() const override { return log_.held().begin; }
  void on_sent(Client& client) override;

  void come_to_rest();
  void check_rest();
  void complain(std::string what);

  SimulatedHubHost& any_host() { return *hosts_[random_.below(hosts_.size())]; }

  Random random_;
  std::array<std::uint64_t, kOperations> odds_{};
  std::uint64_t odds_total_ = 0;
  MemoryLog log_{kEpoch};
  Tail tail_;
  InterruptedLog interrupted_;
  PageReader pages_{interrupted_, tail_};
  History history_;
  Ledger ledger_;
  std::deque<Command> waiting_;
  std::uint64_t next_key_ = 1;
  std::vector<std::unique_ptr<SimulatedHubHost>> hosts_;
  std::vector<Connection> connections_;
  bool resting_ = false;
  std::string complaint_;
  HubWorldCounters counters_;
};

}  // namespace courtside::simulation
