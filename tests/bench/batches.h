// Events and group commits as the benchmarks feed them: 200 bytes of data, one channel each, which
// is its subject too. Threads: values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "eventlog/batch.h"
#include "eventlog/fold.h"
#include "schema/command.h"

namespace courtside::bench {

// "bench:<number modulo channels>"
std::string channel_of(std::uint64_t number, std::uint64_t channels);

NewEvent make_event(std::uint64_t number, std::uint64_t channels);

// Appends of one event each: numbers begin ... begin + count - 1.
std::vector<Command> make_appends(std::uint64_t begin, std::size_t count, std::uint64_t channels);

// A state that knows nothing, as a new log's.
class NothingKnown final : public FoldState {
 public:
  Result<std::optional<Offset>> find(const Hash128&) const override {
    return std::optional<Offset>();
  }
  Result<SubjectState> subject(std::string_view) const override { return SubjectState{}; }
  Result<std::uint64_t> subject_version_at(Offset) const override { return std::uint64_t{0}; }
  Result<std::string> source_place(std::string_view) const override { return std::string(); }
};

// Group commits of `events` each, one behind the other from offset 1.
class BatchMaker {
 public:
  BatchMaker(std::size_t events, std::uint64_t channels) : events_(events), channels_(channels) {}
  SharedBatch make();

 private:
  const std::size_t events_;
  const std::uint64_t channels_;
  NothingKnown state_;
  FoldPlace place_;
};

}  // namespace courtside::bench
