// Goal: for any combination of conditions, the plan finds every matching event and reads few
// others.
#include "replay/candidate_plan.h"

#include <gtest/gtest.h>

#include <random>

#include "replay/page_reader.h"
#include "support/test_log.h"

namespace courtside {
namespace {

using namespace test;

class CandidatePlanTest : public testing::Test {
 protected:
  Page read(const Filter& filter, Direction direction = Direction::kAscending) {
    PageRequest request{.window = log_.held(), .direction = direction};
    request.events_max = 100'000;
    request.bytes_max = 1 << 30;
    request.scanned_max = 1'000'000;
    return *PageReader(log_, no_tail_).read(filter, request);
  }

  TestLog log_;
  Tail no_tail_{1};
};

// Ten events of one actor among thousands of a venue.
TEST_F(CandidatePlanTest, TheRarestIsWalked) {
  for (int i = 0; i < 10; ++i) {
    log_.append_many({.channels = {"venue:7"}, .actor = "many"}, 500);
    log_.append({{.channels = {"venue:7"}, .actor = "few"}});
  }
  const Page page = read({.channels = {"venue:7"}, .actor = "few"});
  EXPECT_EQ(page.records.size(), 10u);
  EXPECT_EQ(page.scanned, 10u);
  EXPECT_EQ(read({.actor = "few"}).scanned, 10u);
  EXPECT_EQ(read({.channels = {"venue:*"}, .types = {"chat.*"}, .actor = "few"}).scanned, 10u);
}

// Each condition holds for a hundredth of all events, both together for one of ten thousand.
TEST_F(CandidatePlanTest, TwoThatAreRareTogetherAreIntersected) {
  for (int i = 0; i < 40'000; ++i) {
    log_.append({{.channels = {"user:" + std::to_string(i % 100)},
                  .actor = std::to_string(i / 100 % 100)}});
  }
  for (const Direction direction : {Direction::kAscending, Direction::kDescending}) {
    const Page page = read({.channels = {"user:5"}, .actor = "7"}, direction);
    EXPECT_EQ(page.records.size(), 4u);
    EXPECT_LT(page.scanned, 20u);
  }
}

// Two lists without a common offset are walked within a page's budget.
TEST_F(CandidatePlanTest, WhatIsWalkedForNothingCountsToo) {
  for (int i = 0; i < 40'000; ++i) {
    log_.append(
        {{.channels = {"user:" + std::to_string(i % 20)}, .actor = std::to_string((i + 1) % 20)}});
  }
  PageRequest request{.window = log_.held()};
  request.scanned_max = 3;
  const Page page =
      *PageReader(log_, no_tail_).read({.channels = {"user:5"}, .actor = "7"}, request);
  EXPECT_TRUE(page.records.empty());
  EXPECT_EQ(page.scanned, 3u);
  EXPECT_LT(page.covered.end, log_.held().end);
  EXPECT_GT(page.covered.end.value(), 4'000u);
}

TEST_F(CandidatePlanTest, WhereAnOlderVersionWroteAttributesAreNotTrusted) {
  log_.append_many({.channels = {"user:1"}, .actor = "few"}, 10);
  log_.append_many({.channels = {"user:1"}, .actor = "many"}, 500);
  log_.attributes_begin = Offset(300);
  EXPECT_EQ(read({.actor = "few"}).records.size(), 10u);
  EXPECT_EQ(log_.postings_opened, 0u);
}

Filter random_filter(std::mt19937_64& random) {
  const auto one_in = [&](unsigned n) { return random() % n == 0; };
  const auto number = [&](unsigned n) { return std::to_string(random() % n); };
  Filter filter;
  if (one_in(2)) filter.channels.push_back("user:" + number(30));
  if (one_in(3)) filter.channels.push_back("venue:" + number(4));
  if (one_in(6)) filter.channels.push_back("venue:*");
  if (one_in(3)) filter.types.push_back(one_in(2) ? "t" + number(3) + ".*" : "t1.x" + number(5));
  if (one_in(8)) filter.types.push_back("t2.x1.y.*");
  if (one_in(4)) filter.subject = "s:" + number(50);
  if (one_in(3)) filter.actor = "a" + number(12);
  if (one_in(4)) filter.correlationid = "k" + number(200);
  if (one_in(6)) filter.since = Timestamp(static_cast<std::int64_t>(random() % 2'000) * 1'000'000);
  if (one_in(6)) filter.until = Timestamp(static_cast<std::int64_t>(random() % 2'000) * 1'000'000);
  return filter;
}

TEST_F(CandidatePlanTest, RandomFiltersFindWhatALookAtEveryRecordFinds) {
  std::mt19937_64 random(5);
  const auto number = [&](unsigned n) { return std::to_string(random() % n); };
  for (int i = 0; i < 2'000; ++i) {
    const bool deep = random() % 9 == 0;
    log_.append({{.channels = {"user:" + number(30), "venue:" + number(4)},
                  .type = deep ? "t2.x1.y.z" : "t" + number(3) + ".x" + number(5),
                  .subject = "s:" + number(50),
                  .actor = random() % 3 == 0 ? "" : "a" + number(12),
                  .correlationid = random() % 2 == 0 ? "" : "k" + number(200)}});
  }
  for (int round = 0; round < 2'000; ++round) {
    const Filter filter = random_filter(random);
    std::vector<Offset> wanted;
    const auto scan = log_.scan(log_.held(), Direction::kAscending);
    for (auto record = scan->next(); *record; record = scan->next()) {
      if (filter.matches((*record)->view())) wanted.push_back((**record)->offset());
    }
    for (const Direction direction : {Direction::kAscending, Direction::kDescending}) {
      std::vector<Offset> found;
      for (const Record& record : read(filter, direction).records) {
        found.push_back(record->offset());
      }
      if (direction == Direction::kDescending) std::reverse(found.begin(), found.end());
      ASSERT_EQ(found, wanted) << "round " << round;
    }
  }
}

}  // namespace
}  // namespace courtside
