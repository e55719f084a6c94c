// One schedule of a whole server: real shards with their peers, sessions and hubs, on loops whose
// turns come when one seed says so.
//
//   SessionClient --> SimulatedConnection --> Peer, Session --> SimulatedSequencer --> Fold,
//   MemoryLog
//        ^                                      ^   ^                                      |
//        +---- blocks <-- queue, buffer <-- Hub +   +-- verdicts, batches <-- CommitFanOut +
//                                            ^
//                                            +-- pages <-- SimulatedReads, ReadScheduler
//
// What is real: Shard, Peer and its session, Hub, ReadScheduler, CommitFanOut, Access with its
// cache, Admission, the JSON codec, Fold, PageReader, StateReader. What is simulated: threads, the
// clock, sockets, clients, and the database of rights. Servers go down with clients and reads in
// flight, and come again over the same log.
//
// Threads: one.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tests/simulation/interrupted_log.h"
#include "tests/simulation/server_client.h"
#include "tests/simulation/server_message.h"
#include "tests/simulation/simulated_server.h"

namespace courtside::simulation {

struct ShardWorldCounters {
  std::uint64_t committed = 0;
  std::uint64_t dropped = 0;
  std::uint64_t rights = 0;  // changes
  std::uint64_t reads = 0;
  std::uint64_t cut = 0;
  std::uint64_t vanished = 0;
  std::uint64_t turned_away = 0;  // sockets
  std::uint64_t servers = 0;
  ServerClientCounters clients;

  ShardWorldCounters& operator+=(const ShardWorldCounters& other);
};

class ShardWorld {
 public:
  explicit ShardWorld(std::uint64_t seed, Faults faults = Faults());
  ~ShardWorld();

  // Lets `operations` happen, then everything come to rest. What went wrong, or empty.
  std::string run(std::size_t operations);

  ShardWorldCounters counters() const;
  // Calls that could have failed.
  std::uint64_t fallible_calls() const { return faults_.calls(); }
  // Equal for two runs of one seed.
  std::uint64_t digest() const;

 private:
  enum Operation : std::uint8_t {
    kTurn,
    kTime,
    kCommit,
    kRead,
    kAnswerFact,
    kConnect,
    kAct,
    kReadSocket,
    kStall,
    kCut,
    kVanish,
    kChangeRights,
    kDrop,
    kGoDown,
    kOperations,
  };
  struct Person {
    std::unique_ptr<ServerClient> client;
    std::size_t buffer_bytes;
    bool is_stalled = false;
  };

  Operation pick();
  void perform(Operation operation);

  void add_person(std::size_t number);
  void start_server();
  std::unique_ptr<SimulatedConnection> accept(SimulatedLoop& loop, const AcceptedSocket& socket,
                                              const ConnectionLimits& limits,
                                              ConnectionHandler& handler);
  // What other threads do at any moment, also while a shard is in the middle of something.
  void interrupt();

  void turn(std::size_t shard);
  void commit();
  void connect(Person& person);
  void leave(Person& person, bool silently);
  void read_socket(Person& person);
  void run_read();
  void change_rights();
  void drop();
  void go_down();

  void come_to_rest();
  bool rest_round();
  void grant_all();
  // Everybody leaves, and nothing is left of them.
  void check_nothing_left();
  void wait_until_empty(const std::function<void()>& work);
  void look_for_complaints();
  void complain(std::string what);

  Random random_;
  Faults faults_;
  std::array<std::uint64_t, kOperations> odds_{};
  std::uint64_t odds_total_ = 0;
  std::uint64_t clock_ms_ = 1'000'000;
  Config config_;
  MemoryLog log_{kServerEpoch};
  InterruptedLog read_log_;
  LogTruth truth_;
  std::uint64_t last_connection_ = 0;
  std::uint64_t last_id_ = 0;
  std::vector<Person> people_;
  std::unique_ptr<SimulatedServer> server_;
  bool is_resting_ = false;
  bool is_interrupted_ = false;
  bool is_committing_ = false;
  std::string complaint_;
  ShardWorldCounters counters_;
};

}  // namespace courtside::simulation
