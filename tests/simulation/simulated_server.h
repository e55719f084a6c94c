// One life of a server over a log that outlives it: real shards, fan-out, access and admission,
// joined as engine/server/server.cc joins them, on simulated loops, reads and a simulated
// sequencer. It goes down in the order of Server::shut_down(), a step at a time.
//
// Threads: one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include "engine/http/backup_endpoint.h"
#include "engine/server/commit_fan_out.h"
#include "tests/simulation/simulated_access.h"
#include "tests/simulation/simulated_loop.h"
#include "tests/simulation/simulated_reads.h"
#include "tests/simulation/simulated_sequencer.h"
#include "tests/support/memory_log.h"

namespace courtside::simulation {

class SimulatedServer {
 public:
  struct Outside {
    const Config& config;
    MemoryLog& log;
    const LogReader& read_log;  // the same, with what happens in the middle of a read
    LogTruth& truth;
    const std::uint64_t& clock_ms;
    Faults& faults;
    std::size_t tail_bytes;
    std::size_t shards;
  };

  // All of `outside` outlives it.
  SimulatedServer(const Outside& outside, SimulatedRuntime::Accept accept);
  // Goes down, if it did not yet.
  ~SimulatedServer();

  std::size_t shard_count() const { return loops_.size(); }
  SimulatedLoop& loop(std::size_t shard) { return *loops_[shard]; }
  const ShardStats& stats(std::size_t shard) const { return (*shards_)[shard]->stats(); }
  // False when it is refused.
  bool connect(std::size_t shard, const std::string& address);

  SimulatedReads& reads() { return reads_; }
  SimulatedSequencer& sequencer() { return sequencer_; }
  SimulatedAccess& access() { return access_; }

  // One step further down; false when it waits for its clients, unless `is_time_over`.
  bool go_down(bool is_time_over);
  // The same as far as another thread goes while a shard is in the middle of a turn.
  void go_down_without_turns();
  // What was asked of the shards last is done.
  bool is_answered() const;
  // It said goodbye, and no connection is left.
  bool waits_for_nobody() const;
  bool is_going_down() const { return stage_ != Stage::kServing; }
  bool has_said_goodbye() const { return stage_ == Stage::kSaidGoodbye; }
  bool is_down() const { return stage_ == Stage::kDown; }

  // What is left although no connection is, or empty. `addresses`: that connections came from.
  std::string check_empty(const std::vector<std::string>& addresses);

 private:
  enum class Stage : std::uint8_t { kServing, kCutting, kSaidGoodbye, kDown };

  void stop_shards();

  const Current<Config> config_;
  Tail tail_;
  PageReader pages_;
  StateReader states_;
  SimulatedReads reads_;
  SimulatedAccess access_;
  SimulatedSequencer sequencer_;
  Admission admission_;
  BackupEndpoint backups_;
  const Router router_;
  const Projections projections_;
  const Services services_;
  std::vector<SimulatedLoop*> loops_;
  std::unique_ptr<const Shards> shards_;
  CommitFanOut fan_out_;
  Stage stage_ = Stage::kServing;
  std::vector<std::future<void>> awaited_;
};

}  // namespace courtside::simulation
