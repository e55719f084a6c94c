// Goal: after any operations and with any segment sizes, the durable log answers every query like
// the plain one in memory.
#include <gtest/gtest.h>

#include <cstdlib>
#include <random>

#include "eventlog/sequencer/event_log.h"
#include "eventlog/term.h"
#include "tests/support/log_story.h"

namespace courtside {
namespace {

using namespace story;

// One seed is one history. Names come from small sets, so that ids repeat, versions conflict and
// events share terms.
class History {
 public:
  History(std::uint64_t seed, const EventLogOptions& options)
      : random_(seed), options_(options), log_(open_log(options)), model_("model") {}

  void step() {
    switch (below(20)) {
      case 0:
        log_.reset();
        log_ = open_log(options_);
        break;
      case 1: ASSERT_TRUE(log_->reclaim()); break;
      default: commit_some();
    }
    compare();
  }

 private:
  std::size_t below(std::size_t count) { return random_() % count; }
  std::string one_of(const std::string& kind, std::size_t count) {
    return kind + ':' + std::to_string(below(count));
  }

  EventSpec any_event() {
    EventSpec spec{.id = std::to_string(below(300)), .subject = one_of("booking", 12)};
    for (std::size_t i = below(4); i > 0; --i) {
      spec.channels.push_back(below(2) == 0 ? one_of("user", 5) : one_of("venue", 3));
    }
    if (below(4) == 0) spec.expected_version = below(8);
    return spec;
  }

  void commit_some() {
    std::vector<Command> commands;
    for (std::size_t i = below(5); i > 0; --i) {
      if (below(8) == 0) {
        const OffsetRange held = model_.held();
        commands.emplace_back(Drop{Offset(held.begin.value() + below(held.count() / 2 + 2))});
        continue;
      }
      std::vector<EventSpec> specs;
      for (std::size_t j = 1 + below(3); j > 0; --j) specs.push_back(any_event());
      commands.emplace_back(append(specs));
    }
    time_ = Timestamp(time_.value() + static_cast<std::int64_t>(below(4)) - 1);
    const std::string expected = commit(model_, commands, time_);
    ASSERT_EQ(commit(*log_, commands, time_), expected);
  }

  void compare() {
    ASSERT_EQ(log_->place(), model_.place());
    ASSERT_EQ(describe(log_->held()), describe(model_.held()));
    const OffsetRange held = model_.held();
    const std::uint64_t begin = below(held.end.value() + 2);
    const OffsetRange range{Offset(begin), Offset(begin + below(held.end.value() + 2))};
    const auto direction = below(2) == 0 ? Direction::kAscending : Direction::kDescending;
    ASSERT_EQ(describe(*log_->scan(range, direction)), describe(*model_.scan(range, direction)));
    for (const std::string& term :
         {channel_term(one_of("user", 6)), channel_term("venue:*"), channel_term("user:*"),
          channel_term(one_of("booking", 12)), subject_term(one_of("booking", 12))}) {
      ASSERT_EQ(describe(*log_->postings(term, range, direction)),
                describe(*model_.postings(term, range, direction)))
          << term << " in " << describe(range);
    }
    const std::string subject = one_of("booking", 13);
    ASSERT_EQ(describe(*log_->subject(subject)), describe(*model_.subject(subject)));
    const Timestamp time(static_cast<std::int64_t>(below(60)) - 5);
    ASSERT_EQ(*log_->first_at_or_after(time), *model_.first_at_or_after(time));
    std::vector<Offset> offsets;
    for (std::size_t i = below(6); i > 0; --i) offsets.emplace_back(below(held.end.value() + 3));
    ASSERT_EQ(describe(*log_->read(offsets)), describe(*model_.read(offsets)));
    const Hash128 key = key_of(std::to_string(below(300)));
    ASSERT_EQ(*log_->find(key), *model_.find(key));
  }

  std::mt19937_64 random_;
  const EventLogOptions options_;
  std::unique_ptr<EventLog> log_;
  MemoryLog model_;
  Timestamp time_{};
};

class EventLogProperty : public testing::TestWithParam<std::uint64_t> {};

TEST_P(EventLogProperty, AnswersAsThePlainLogDoes) {
  const std::uint64_t seed = GetParam();
  SCOPED_TRACE("seed " + std::to_string(seed));
  const TempFolder folder;
  // From segments of one event, where almost everything is in files, to one that never fills up.
  const std::size_t segment_events_max = std::size_t{1} << (2 * (seed % 5));
  History history(seed, {.path = folder.path(),
                         .segment_events_max = segment_events_max,
                         .reclaim_bytes_min = seed % 2 == 0 ? 1u : 2000u});
  for (int i = 0; i < 120 && !HasFatalFailure(); ++i) history.step();
}

// COURTSIDE_SEEDS sets the number of seeds.
std::uint64_t seeds() {
  const char* wanted = std::getenv("COURTSIDE_SEEDS");
  return wanted ? std::strtoull(wanted, nullptr, 10) : 5;
}

INSTANTIATE_TEST_SUITE_P(Seeds, EventLogProperty, testing::Range<std::uint64_t>(1, 1 + seeds()));

}  // namespace
}  // namespace courtside
