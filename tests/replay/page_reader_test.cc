// Goal: paging through a window returns exactly the matching events, each once, for any limits,
// direction, source and concurrent retention; and its cost depends on the matches.
#include "replay/page_reader.h"

#include <gtest/gtest.h>

#include "eventlog/term.h"
#include "tests/replay/support/offsets.h"
#include "tests/replay/support/test_log.h"

namespace courtside {
namespace {

using test::offsets_of;
using test::TestEvent;
using test::TestLog;

constexpr std::size_t kUnbounded = 1'000'000;

TestEvent on(const std::string& channel) { return {.channels = {channel}}; }

// Pages come from the tail, which holds the whole log, or from the log, if the reader's tail is
// empty.
class PageReaderTest : public testing::Test {
 protected:
  PageReader from_tail() { return PageReader(log_, log_.tail()); }

  Page read(const Filter& filter, const PageRequest& request) {
    const Result<Page> page = reader_.read(filter, request);
    EXPECT_TRUE(page) << page.error().message;
    return *page;
  }
  PageRequest all(Direction direction = Direction::kAscending) {
    return {.window = log_.held(),
            .direction = direction,
            .events_max = kUnbounded,
            .bytes_max = kUnbounded,
            .scanned_max = kUnbounded};
  }

  TestLog log_;
  Tail no_tail_{1};
  PageReader reader_{log_, no_tail_};
};

TEST_F(PageReaderTest, SeveralChannelsComeInLogOrderEachEventOnce) {
  log_.append({on("user:1"),
               on("user:2"),
               {.channels = {"user:1", "venue:7"}},
               on("venue:7"),
               on("venue:8"),
               on("user:1")});
  log_.append_many(on("other:1"), 200);
  const Filter filter{.channels = {"venue:7", "user:1", "venue:*"}};
  const Page page = read(filter, all());
  EXPECT_EQ(offsets_of(page.records), "1 3 4 5 6");
  EXPECT_EQ(page.covered, range(1, 207));
  EXPECT_GT(log_.postings_opened, 0u);
  EXPECT_EQ(offsets_of(read(filter, all(Direction::kDescending)).records), "6 5 4 3 1");
}

TEST_F(PageReaderTest, TenOwnEventsAmongManyCostTenReads) {
  for (int i = 0; i < 10; ++i) {
    log_.append({on("user:1")});
    log_.append_many(on("other:1"), 1'000);
  }
  const Page page = read({.channels = {"user:1"}}, all());
  EXPECT_EQ(page.records.size(), 10u);
  EXPECT_EQ(page.covered, log_.held());
  EXPECT_EQ(page.scanned, 10u);
  EXPECT_EQ(reader_.records_read(), 10u);
  EXPECT_EQ(log_.read_by_offset + log_.read_in_sequence, 10u);
}

TEST_F(PageReaderTest, MatchesThatLieCloseByAreReadInSequence) {
  for (int i = 0; i < 1'000; ++i) log_.append({on("user:1"), on("other:1")});
  const Page page = read({.channels = {"user:1"}}, all());
  EXPECT_EQ(page.records.size(), 1'000u);
  EXPECT_EQ(log_.read_by_offset, 0u);
  EXPECT_LE(log_.read_in_sequence, 2'000u);
  EXPECT_EQ(log_.scans_opened, 1u);
  EXPECT_EQ(page.scanned, log_.read_in_sequence);
}

TEST_F(PageReaderTest, ABusyHourAndAQuietOneAreEachReadTheirOwnWay) {
  log_.append_many(on("user:1"), 500);
  for (int i = 0; i < 20; ++i) {
    log_.append_many(on("other:1"), 300);
    log_.append({on("user:1")});
  }
  log_.append_many(on("user:1"), 500);
  const Page page = read({.channels = {"user:1"}}, all());
  EXPECT_EQ(page.records.size(), 1'020u);
  EXPECT_LT(page.scanned, 1'700u);
  EXPECT_GT(log_.read_in_sequence, 700u);
}

TEST_F(PageReaderTest, ASmallWindowIsReadInSequence) {
  log_.append_many(on("other:1"), 20);
  log_.append({on("user:1")});
  EXPECT_EQ(read({.channels = {"user:1"}}, all()).records.size(), 1u);
  EXPECT_EQ(log_.postings_opened, 0u);
}

TEST_F(PageReaderTest, ASubjectIsReadByItsOwnPostings) {
  log_.append_many(on("user:1"), 300);
  log_.append({{.channels = {"user:1"}, .subject = "booking:7"},
               {.channels = {"user:2"}, .subject = "booking:7"}});
  log_.append_many(on("user:1"), 300);
  const Page page = read({.channels = {"user:1"}, .subject = "booking:7"}, all());
  EXPECT_EQ(offsets_of(page.records), "301");
  EXPECT_EQ(page.scanned, 2u);
}

TEST_F(PageReaderTest, EverythingIsReadInSequence) {
  log_.append_many(on("user:1"), 100);
  const Page page = read({.channels = {"*"}}, all());
  EXPECT_EQ(page.records.size(), 100u);
  EXPECT_EQ(log_.postings_opened, 0u);
}

TEST_F(PageReaderTest, TimesNarrowTheWindow) {
  log_.append_many(on("user:1"), 1'000);
  const Filter filter{.since = Timestamp(500'000'000), .until = Timestamp(503'000'000)};
  const Page page = read(filter, all());
  EXPECT_EQ(offsets_of(page.records), "500 501 502");
  EXPECT_EQ(page.covered, log_.held());
  EXPECT_EQ(page.scanned, 3u);
  const Page back = read(filter, all(Direction::kDescending));
  EXPECT_EQ(offsets_of(back.records), "502 501 500");
  EXPECT_EQ(back.covered, log_.held());
  EXPECT_TRUE(
      read({.since = Timestamp(900'000'000), .until = Timestamp(1)}, all()).records.empty());
}

// No event has such a type, but the index only knows that some types begin with `a.b.`.
constexpr const char* kNothing = "a.b.none.*";

TEST_F(PageReaderTest, EndsAtEachOfItsLimits) {
  log_.append_many({.channels = {"user:1"}, .type = "a.b.c"}, 100);
  const std::size_t record_bytes = log_.find(Offset(1))->view().bytes().size();
  const Filter filter{.channels = {"user:1"}};

  PageRequest few = all();
  few.events_max = 3;
  EXPECT_EQ(read(filter, few).covered, range(1, 4));
  few.direction = Direction::kDescending;
  EXPECT_EQ(read(filter, few).covered, range(98, 101));

  PageRequest small = all();
  small.bytes_max = 5 * record_bytes;
  EXPECT_EQ(offsets_of(read(filter, small).records), "1 2 3 4 5");
  EXPECT_EQ(read(filter, small).covered, range(1, 6));
  small.bytes_max = 1;  // the first always fits
  EXPECT_EQ(read(filter, small).covered, range(1, 2));

  PageRequest hasty = all();
  hasty.scanned_max = 40;
  const Page page = read({.channels = {"user:1"}, .types = {kNothing}}, hasty);
  EXPECT_TRUE(page.records.empty());
  EXPECT_EQ(page.covered, range(1, 41));
}

// Records fetched for a page that ends early are not fetched again for the next one.
TEST_F(PageReaderTest, PagesThatEndByWhatTheyLookedAtWasteNothing) {
  for (int i = 0; i < 100; ++i) {
    log_.append({{.channels = {"user:1"}, .type = "a.b.c"}});
    log_.append_many(on("other:1"), 50);
  }
  const Filter filter{.channels = {"user:1"}, .types = {kNothing}};
  int pages = 0;
  for (PageRequest request = all(); !request.window.empty(); ++pages) {
    request.scanned_max = 20;
    request.window.begin = read(filter, request).covered.end;
  }
  EXPECT_EQ(reader_.records_read(), 100u);
  EXPECT_GE(pages, 5);
}

// Large events are not fetched ahead by the hundred.
TEST_F(PageReaderTest, WhatIsFetchedAheadFitsThePage) {
  const std::string data = "\"" + std::string(10'000, 'x') + "\"";
  for (int i = 0; i < 100; ++i) {
    log_.append(
        {{.channels = {"user:1"}, .type = i == 0 ? "a.b.wanted.x" : "a.b.c", .data = data}});
    log_.append_many(on("other:1"), 50);
  }
  PageRequest request = all();
  request.bytes_max = 1;
  int fetches = 0;
  log_.on_fetch = [&] { fetches += log_.read_by_offset == 16 ? 1 : 0; };
  const Page page = read({.channels = {"user:1"}, .types = {"a.b.wanted.*"}}, request);
  EXPECT_EQ(page.records.size(), 1u);
  EXPECT_EQ(page.scanned, 100u);
  EXPECT_LE(fetches, 2);  // after the first group: one offset, one record
}

TEST_F(PageReaderTest, AnEmptyWindowIsComplete) {
  log_.append_many(on("user:1"), 10);
  const Page page = read({}, {.window = range(11, 11)});
  EXPECT_TRUE(page.records.empty());
  EXPECT_EQ(page.covered, range(11, 11));
}

TEST_F(PageReaderTest, AnErrorOfTheLogIsTheAnswer) {
  log_.append_many(on("user:1"), 1'000);
  log_.fails = true;
  EXPECT_EQ(reader_.read({}, all()).error().code, Code::data_corrupt);
  EXPECT_EQ(reader_.read({.channels = {"user:1"}}, all()).error().code, Code::data_corrupt);
  EXPECT_EQ(reader_.read({.channels = {"user:1", "user:2"}}, all()).error().code,
            Code::data_corrupt);
  EXPECT_EQ(reader_.after_last({}, log_.held(), 5).error().code, Code::data_corrupt);
}

// --- retention during a read ---

TEST_F(PageReaderTest, WhatRetentionTookBeforeTheReadIsNotCovered) {
  log_.append_many(on("user:1"), 100);
  log_.drop_below(Offset(40));
  EXPECT_EQ(read({}, {.window = range(10, 101)}).covered, range(40, 101));
  EXPECT_EQ(read({}, {.window = range(10, 30)}).covered, range(30, 30));
  EXPECT_EQ(read({}, {.window = range(10, 101), .events_max = 2}).covered, range(40, 42));
}

TEST_F(PageReaderTest, WhatRetentionTookDuringTheReadIsNotCovered) {
  log_.append_many(on("user:1"), 100);
  int fetches = 0;
  log_.on_fetch = [&] {
    if (++fetches == 20) log_.drop_below(Offset(40));
  };
  const Page page = read({}, {.window = range(10, 101)});
  EXPECT_EQ(page.covered, range(40, 101));
  EXPECT_EQ(page.records.front().view().offset(), Offset(40));
}

TEST_F(PageReaderTest, APageThatRetentionOvertookIsEmptyButGoesOn) {
  log_.append_many(on("user:1"), 100);
  log_.on_held = [&] { log_.drop_below(Offset(40)); };
  const Page page = read({}, {.window = range(10, 101), .events_max = 3});
  EXPECT_TRUE(page.records.empty());
  EXPECT_EQ(page.covered, range(40, 40));
}

TEST_F(PageReaderTest, BackwardsWhatRetentionTookIsPassedOver) {
  log_.append_many(on("user:1"), 100);
  log_.drop_below(Offset(98));
  const Page page = read({}, {.window = range(10, 101), .direction = Direction::kDescending});
  EXPECT_EQ(offsets_of(page.records), "100 99 98");
  EXPECT_EQ(page.covered, range(10, 101));
}

// --- the tail ---

TEST_F(PageReaderTest, TheTailIsReadByTermsAlone) {
  for (int i = 0; i < 10; ++i) {
    log_.append({on("user:1")});
    log_.append_many(on("other:1"), 100);
  }
  const PageReader reader = from_tail();
  const std::optional<Page> page = reader.read_tail({.channels = {"user:1"}}, all(), 1'000);
  ASSERT_TRUE(page);
  EXPECT_EQ(page->records.size(), 10u);
  EXPECT_EQ(page->covered, log_.held());
  EXPECT_EQ(page->scanned, 10u);
  EXPECT_EQ(reader.records_read(), 10u);
  EXPECT_EQ(log_.read_by_offset + log_.read_in_sequence + log_.postings_opened, 0u);
}

TEST_F(PageReaderTest, APageFromTheTailEndsAtItsLimitsToo) {
  log_.append_many(on("user:1"), 100);
  const PageReader reader = from_tail();
  PageRequest request = all();
  request.scanned_max = 40;
  EXPECT_EQ(reader.read_tail({.types = {"none"}}, request, 99)->covered, range(1, 41));
  EXPECT_EQ(reader.read_tail({}, request, 99)->records.size(), 40u);
  request.events_max = 7;
  EXPECT_EQ(reader.read_tail({}, request, 99)->covered, range(1, 8));
  request.bytes_max = 1;
  EXPECT_EQ(reader.read_tail({}, request, 99)->covered, range(1, 2));
}

TEST_F(PageReaderTest, TheTailSaysWhenItCannotServe) {
  log_.append_many(on("user:1"), 64, /*batch_events=*/16);
  const PageReader reader = from_tail();
  const auto served = [&](OffsetRange window, std::size_t batches_max) {
    return reader.read_tail({}, {.window = window}, batches_max).has_value();
  };
  EXPECT_TRUE(served(range(1, 65), 4));
  EXPECT_FALSE(served(range(1, 65), 3));
  EXPECT_TRUE(served(range(17, 65), 3));
  EXPECT_FALSE(served(range(1, 66), 9));  // beyond its end
  EXPECT_TRUE(served(range(65, 65), 0));
  EXPECT_FALSE(reader_.read_tail({}, {.window = range(1, 65)}, 9));  // an empty tail
  EXPECT_EQ(reader_.records_read(), 0u);
}

// The terms are hashes: a record that only collides must be matched against the filter.
TEST_F(PageReaderTest, ACollisionInTheTailIsNotServed) {
  const SharedBatch batch = test::make_batch(Offset(1), {on("user:1"), on("user:2")});
  auto collided = std::make_shared<Batch>(*batch);
  const Filter filter{.channels = {"user:1"}};
  for (TermEntry& entry : collided->terms) {
    entry.term_hash = term_hash(channel_term("user:1"));
  }
  Tail tail(1 << 20);
  tail.add(collided);
  const PageReader reader(log_, tail);
  const std::optional<Page> page = reader.read_tail(filter, {.window = range(1, 3)}, 1);
  ASSERT_TRUE(page);
  EXPECT_EQ(offsets_of(page->records), "1");
  EXPECT_EQ(page->scanned, 2u);
}

TEST_F(PageReaderTest, WhatTheTailHoldsIsServedThoughRetentionTookIt) {
  log_.append_many(on("user:1"), 100);
  log_.drop_below(Offset(40));
  const Result<Page> page = from_tail().read({}, {.window = range(10, 101)});
  EXPECT_EQ(page->covered, range(10, 101));
  EXPECT_EQ(page->records.size(), 91u);
}

// The tail may end before the log: a commit reaches the log first.
TEST_F(PageReaderTest, RecordsOfTheTailAndTheLogStayInOrderWhenOneIsGone) {
  log_.append({on("user:1")});
  log_.append_many(on("other:1"), 1'000);
  const SharedBatch middle = log_.append({on("user:1")});
  log_.append_many(on("other:1"), 1'000);
  log_.append({on("user:1")});
  Tail tail(1 << 20);
  tail.add(middle);
  int fetches = 0;
  log_.on_fetch = [&] {
    if (++fetches == 5) log_.drop_below(Offset(2));  // three postings and their end; then this
  };
  const Result<Page> page = PageReader(log_, tail).read({.channels = {"user:1"}}, all());
  EXPECT_EQ(offsets_of(page->records), "1002 2003");
  EXPECT_EQ(page->covered, range(2, 2'004));
}

TEST_F(PageReaderTest, SingleRecordsComeFromTheTailWhereItHoldsThem) {
  log_.append({on("user:1")});
  log_.append_many(on("other:1"), 1'000);
  const SharedBatch last = log_.append({on("user:1")});
  Tail tail(1 << 20);
  tail.add(last);
  const PageReader reader(log_, tail);
  const Result<Page> page = reader.read({.channels = {"user:1"}}, all());
  EXPECT_EQ(offsets_of(page->records), "1 1002");
  EXPECT_EQ(log_.read_by_offset, 1u);
}

// --- {"last": n} ---

TEST_F(PageReaderTest, AfterLastCountsBackFromTheEnd) {
  log_.append({on("user:1"), on("user:2"), on("user:1"), on("user:2"), on("user:1")});
  log_.append_many(on("other:1"), 200);
  const Filter filter{.channels = {"user:1"}};
  const auto after = [&](std::size_t count) {
    return reader_.after_last(filter, log_.held(), count)->value();
  };
  EXPECT_EQ(after(0), 205u);
  EXPECT_EQ(after(1), 4u);
  EXPECT_EQ(after(2), 2u);
  EXPECT_EQ(after(3), 0u);
  EXPECT_EQ(after(4), 0u);  // there are fewer
  EXPECT_EQ(*reader_.after_last(filter, range(3, 206), 3), Offset(2));
}

}  // namespace
}  // namespace courtside
