// Goal: for any log, filter, limits, direction and moment of retention, paging through a window
// returns each matching event once, in order. The result is compared with the filter's definition
// in thousands of random cases.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "replay/page_reader.h"
#include "tests/replay/support/test_log.h"

namespace courtside {
namespace {

using test::TestEvent;
using test::TestLog;

constexpr std::size_t kBatchesMany = 1'000'000;

struct Round {
  std::mt19937_64 random;
  TestLog log;
  Filter filter;

  explicit Round(std::uint64_t seed) : random(seed) {
    const std::size_t batches = 1 + random() % 60;
    const std::uint64_t rarity = 1 + random() % 20;
    for (std::size_t i = 0; i < batches; ++i) {
      std::vector<TestEvent> events(random() % 12);
      for (TestEvent& event : events) event = any_event(rarity);
      log.append(events);
    }
    filter = any_filter();
  }

  TestEvent any_event(std::uint64_t rarity) {
    TestEvent event;
    if (random() % rarity == 0) event.channels.push_back("user:" + std::to_string(random() % 3));
    if (random() % 4 == 0) event.channels.push_back("venue:" + std::to_string(random() % 40));
    event.type = random() % 2 ? "x.a" : "y.b";
    event.subject = "booking:" + std::to_string(random() % 30);
    return event;
  }

  Filter any_filter() {
    Filter any;
    if (random() % 5 != 0) any.channels.push_back("user:" + std::to_string(random() % 3));
    if (random() % 3 == 0) any.channels.push_back("user:0");
    if (random() % 3 == 0) any.channels.push_back("venue:*");
    if (random() % 4 == 0) any.types = {"x.*"};
    if (random() % 5 == 0) any.subject = "booking:" + std::to_string(random() % 30);
    if (random() % 5 == 0) any.since = any_time();
    if (random() % 5 == 0) any.until = any_time();
    return any;
  }

  Timestamp any_time() {
    return Timestamp(static_cast<std::int64_t>(random() % (log.held().end.value() + 2)) *
                     1'000'000);
  }

  std::vector<Offset> matching(OffsetRange window) {
    std::vector<Offset> offsets;
    for (Offset o = window.begin; o < window.end; o = next(o)) {
      if (filter.matches(log.find(o)->view())) offsets.push_back(o);
    }
    return offsets;
  }
};

TEST(Paging, PagingAlwaysYieldsExactlyWhatMatches) {
  std::uint64_t events = 0;
  for (std::uint64_t seed = 0; seed < 4'000; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Round round(seed);
    auto& random = round.random;
    Tail short_tail(random() % 3 == 0 ? 1 << 20 : 1 + random() % 4'000);
    const OffsetRange tail_range = round.log.tail().range();
    for (const SharedBatch& batch : round.log.tail().find(tail_range, kBatchesMany))
      short_tail.add(batch);
    const PageReader reader(round.log, short_tail);
    const bool ascending = random() % 2 == 0;
    PageRequest request{.window = round.log.held(),
                        .direction = ascending ? Direction::kAscending : Direction::kDescending,
                        .events_max = 1 + random() % 40,
                        .bytes_max = 1 + random() % 8'000,
                        .scanned_max = 1 + random() % 100};
    std::vector<Offset> expected = round.matching(request.window);
    if (!ascending) std::reverse(expected.begin(), expected.end());
    std::vector<Offset> found;
    while (!request.window.empty()) {
      const Result<Page> page = reader.read(round.filter, request);
      ASSERT_TRUE(page);
      ASSERT_LE(page->records.size(), request.events_max);
      for (const Record& record : page->records) {
        ASSERT_TRUE(page->covered.contains(record->offset()));
        found.push_back(record->offset());
      }
      ASSERT_FALSE(page->covered.empty());
      if (ascending) {
        ASSERT_EQ(page->covered.begin, request.window.begin);
        request.window.begin = page->covered.end;
      } else {
        ASSERT_EQ(page->covered.end, request.window.end);
        request.window.end = page->covered.begin;
      }
    }
    ASSERT_EQ(found, expected);
    const std::size_t count = random() % 5;
    const Result<Offset> after = reader.after_last(round.filter, round.log.held(), count);
    ASSERT_TRUE(after);
    if (!ascending) std::reverse(expected.begin(), expected.end());
    const Offset wanted = count == 0                 ? previous(round.log.held().end)
                          : count <= expected.size() ? previous(expected[expected.size() - count])
                                                     : Offset(0);
    ASSERT_EQ(*after, wanted);
    events += found.size();
  }
  EXPECT_GT(events, 50'000u);
}

// Retention runs at any moment of any read. Each matching event is delivered or is in a range that
// the pages left uncovered, and those ranges were dropped.
TEST(Paging, RetentionAtAnyMomentCostsOnlyWhatItTook) {
  int gaps = 0;
  for (std::uint64_t seed = 0; seed < 4'000; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Round round(seed);
    auto& random = round.random;
    const Tail no_tail(1);
    const PageReader reader(round.log, no_tail);
    const OffsetRange all = round.log.held();
    const std::vector<Offset> expected = round.matching(all);
    round.log.on_fetch = [&] {
      if (random() % 40 != 0) return;
      const std::uint64_t end = all.end.value();
      const std::uint64_t below = round.log.held().begin.value() + random() % 60;
      round.log.drop_below(Offset(std::min(end, below)));
    };
    std::vector<Offset> told;
    PageRequest request{.window = all, .events_max = 1 + random() % 40};
    while (!request.window.empty()) {
      const Result<Page> page = reader.read(round.filter, request);
      ASSERT_TRUE(page);
      ASSERT_LE(request.window.begin, page->covered.begin);
      ASSERT_LE(page->covered.end, request.window.end);
      ASSERT_LT(request.window.begin, page->covered.end);
      if (request.window.begin < page->covered.begin) {
        ++gaps;
        ASSERT_LE(page->covered.begin, round.log.held().begin) << "a false gap";
      }
      for (const Offset offset : expected) {
        const bool lost = offset >= request.window.begin && offset < page->covered.begin;
        if (lost) told.push_back(offset);
      }
      for (const Record& record : page->records) told.push_back(record->offset());
      request.window.begin = page->covered.end;
    }
    ASSERT_EQ(told, expected);
  }
  EXPECT_GT(gaps, 1'000);
}

}  // namespace
}  // namespace courtside
