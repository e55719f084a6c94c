// Authorization with a simulated database: tokens are accounts' names, and each fact of an account
// comes late, as the schedule wants it, and tells what is true at that moment.
//
// Threads: one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <utility>

#include "engine/access/access.h"
#include "engine/server/commit_follower.h"
#include "tests/simulation/faults.h"
#include "tests/simulation/log_truth.h"

namespace courtside::simulation {

// The settings that it takes.
void set_access(Config& config);

class SimulatedAccess final : public CommitFollower, private FactSource {
 public:
  // All outlive it.
  SimulatedAccess(const Config& config, const LogTruth& truth, const std::uint64_t& clock_ms,
                  Faults& faults, Offset settled);
  // Answers everything first.
  ~SimulatedAccess() override { answer_all(); }

  Access& access() { return access_; }

  std::size_t waiting() const { return asked_.size(); }
  // REQUIRES: waiting() > 0.
  void answer();
  void answer_all() {
    while (waiting() > 0) answer();
  }

  // CommitFollower
  void on_commit(const Commit& commit) override;

 private:
  struct Asked {
    FactKey key;
    std::function<void(Result<Fact>)> done;
  };

  // FactSource
  void load(const FactKey& key, std::function<void(Result<Fact>)> done) override {
    asked_.push_back({key, std::move(done)});
  }
  Fact fact_of(const FactKey& key) const;

  const LogTruth& truth_;
  Faults& faults_;
  std::deque<Asked> asked_;
  AccessRules rules_;
  FactCache cache_;
  Access access_;
};

}  // namespace courtside::simulation
