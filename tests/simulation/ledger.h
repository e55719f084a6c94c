// What each command must be answered, by the plain meaning of the rules: ids, versions, all or
// nothing. The fold's verdicts are held against it.
//
// Threads: one.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "eventlog/batch.h"
#include "schema/command.h"
#include "tests/simulation/simulated_history.h"

namespace courtside::simulation {

class Ledger {
 public:
  // Takes what was committed into its books. What is wrong with the batch, or empty.
  std::string check(const std::vector<Command>& commands, const Batch& batch);

  std::uint64_t version(std::size_t subject) const { return books_.versions[subject]; }
  std::uint64_t duplicates() const { return duplicates_; }
  std::uint64_t conflicts() const { return conflicts_; }

 private:
  struct Books {
    Offset first_held{1};
    Offset next{1};
    std::unordered_map<std::uint64_t, Appended> by_key;  // the newest event with this key
    std::array<std::uint64_t, kSubjects> versions{};
  };

  Verdict judge(const Append& command);
  Appended accept(const NewEvent& event, std::size_t subject);

  Books books_;
  std::uint64_t duplicates_ = 0;
  std::uint64_t conflicts_ = 0;
};

}  // namespace courtside::simulation
