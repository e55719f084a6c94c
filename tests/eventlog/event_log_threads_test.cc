// Goal: readers on other threads see a whole log at every moment, while it grows, writes segments
// to files and drops old events.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <optional>
#include <thread>

#include "eventlog/sequencer/event_log.h"
#include "eventlog/term.h"
#include "tests/support/log_story.h"

namespace courtside {
namespace {

using namespace story;

// Checks that offsets come in one direction, `distance` apart. Only offsets that retention dropped
// meanwhile may be missing.
class Steps {
 public:
  Steps(const EventLog& log, Direction direction, std::uint64_t distance)
      : log_(log), direction_(direction), distance_(distance) {}

  void expect(Offset offset) {
    if (last_) {
      const bool ascending = direction_ == Direction::kAscending;
      const Offset low = ascending ? *last_ : offset;
      const Offset high = ascending ? offset : *last_;
      ASSERT_LT(low, high);
      if (low >= log_.held().begin) {
        ASSERT_EQ(high.value() - low.value(), distance_) << high.value();
      }
    }
    last_ = offset;
  }
  std::optional<Offset> last() const { return last_; }

 private:
  const EventLog& log_;
  const Direction direction_;
  const std::uint64_t distance_;
  std::optional<Offset> last_;
};

void look_at_records(const EventLog& log, Direction direction) {
  const OffsetRange held = log.held();
  Steps steps(log, direction, 1);
  const auto scan = log.scan(held, direction);
  for (;;) {
    const auto record = scan->next();
    ASSERT_TRUE(record) << record.error().message;
    if (!*record) break;
    ASSERT_NO_FATAL_FAILURE(steps.expect((**record)->offset()));
  }
  if (direction == Direction::kAscending && !held.empty()) {
    ASSERT_TRUE(steps.last());
    ASSERT_EQ(next(*steps.last()), held.end);
  }
}

// Every third event reaches user:3.
void look_at_postings(const EventLog& log, Direction direction) {
  const OffsetRange held = log.held();
  Steps steps(log, direction, 3);
  std::vector<Offset> offsets;
  const auto scan = log.postings(channel_term("user:3"), held, direction);
  for (;;) {
    const auto offset = scan->next();
    ASSERT_TRUE(offset) << offset.error().message;
    if (!*offset) break;
    ASSERT_NO_FATAL_FAILURE(steps.expect(**offset));
    offsets.push_back(**offset);
  }
  const auto records = log.read(offsets);
  ASSERT_TRUE(records) << records.error().message;
  for (const Record& record : *records) ASSERT_TRUE(record->has_channel("user:3"));
  // All that were retained at the beginning and still are.
  const std::uint64_t begin = std::min(log.held().begin, held.end).value();
  ASSERT_GE(records->size(), (held.end.value() - 1) / 3 - (begin - 1) / 3);
}

TEST(EventLogThreads, ReadersSeeAWholeLogAtEveryMoment) {
  const TempFolder folder;
  const auto log =
      open_log({.path = folder.path(), .segment_events_max = 64, .reclaim_bytes_min = 1});
  std::atomic<bool> done = false;
  std::atomic<std::uint64_t> looks = 0;
  std::vector<std::thread> readers;
  for (std::uint64_t reader = 0; reader < 3; ++reader) {
    readers.emplace_back([&, reader] {
      for (std::uint64_t i = reader; !done && !testing::Test::HasFatalFailure(); ++i) {
        const auto direction = i % 2 == 0 ? Direction::kAscending : Direction::kDescending;
        i % 3 == 0 ? look_at_records(*log, direction) : look_at_postings(*log, direction);
        ++looks;
      }
    });
  }
  std::uint64_t offset = 0;
  for (int i = 0; i < 400; ++i) {
    std::vector<EventSpec> specs;
    for (int j = 0; j < 5; ++j) {
      ++offset;
      specs.push_back({std::to_string(offset),
                       "booking:b" + std::to_string(offset % 10),
                       {offset % 3 == 0 ? "user:3" : "user:1"}});
    }
    std::vector<Command> commands{append(specs)};
    if (i % 10 == 9 && offset > 700) commands.emplace_back(Drop{Offset(offset - 700)});
    ASSERT_NE(commit(*log, commands), "write_failed");
    ASSERT_TRUE(log->reclaim());
  }
  done = true;
  for (std::thread& reader : readers) reader.join();
  EXPECT_GT(looks, 100u);
  EXPECT_EQ(log->held().end, Offset(2001));
}

}  // namespace
}  // namespace courtside
