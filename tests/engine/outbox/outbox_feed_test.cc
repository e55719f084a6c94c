// Goal: whatever fails between a row and the log, and whoever else reads, each row is in the log
// once, and the source position moves only with the rows it passed.
#include <gtest/gtest.h>

#include <random>

#include "outbox_feed_fixture.h"

namespace courtside {
namespace {

TEST_F(OutboxFeedTest, ReadsPageByPageAndRemembersWhereItIs) {
  for (const char* id : {"e1", "e2", "e3"}) add(id);
  EXPECT_EQ(begin(), "");
  EXPECT_EQ(log_.place(), "1/1/1 ");
  EXPECT_TRUE(feed_->step(0)->is_full);
  EXPECT_EQ(log_.place(), "1/1/1 2");
  EXPECT_EQ(drain(), "");
  EXPECT_EQ(log_.ids(), "e1 e2 e3");
  add("e4");
  begin();
  EXPECT_EQ(drain(), "");
  EXPECT_EQ(log_.ids(), "e1 e2 e3 e4");
  EXPECT_EQ(status_.events, 4u);
}

TEST_F(OutboxFeedTest, WhatIsKnownIsCountedAndNotDoubled) {
  add("e1");
  add("e1");
  begin();
  drain();
  EXPECT_EQ(log_.ids(), "e1");
  EXPECT_EQ(status_.duplicates, 1u);
}

TEST_F(OutboxFeedTest, AnAppendWhoseAnswerIsLostIsNotRepeated) {
  add("e1");
  begin();
  log_.next_fault = FoldedLog::Fault::kLostAfter;
  EXPECT_EQ(drain(), "draining");
  begin();
  EXPECT_EQ(drain(), "");
  EXPECT_EQ(log_.ids(), "e1");
  EXPECT_EQ(status_.duplicates, 0u);
}

TEST_F(OutboxFeedTest, OfTwoReadersOneGetsOnAndTheOtherLooksAgain) {
  add("e1");
  begin();
  OutboxStatus other_status;
  OutboxFeed other(settings_, source_, log_, other_status);
  ASSERT_TRUE(other.begin(0));
  drain();
  add("e2");
  EXPECT_EQ(other.step(0).error().code, Code::version_conflict);
  OutboxFeed again(settings_, source_, log_, other_status);
  ASSERT_TRUE(again.begin(0));
  ASSERT_TRUE(again.step(0));
  EXPECT_EQ(log_.ids(), "e1 e2");
  EXPECT_EQ(other_status.duplicates, 0u);
}

TEST_F(OutboxFeedTest, ABadRowIsRejectedAndItsVersionCounts) {
  add("e1", "b", 1);
  add("e2", "b", 2);
  add("e3", "b", 3);
  source_.rows[1].payload = "{";
  source_.rows.push_back(source_.rows[0]);
  source_.rows.back().event_id = "e4";
  source_.rows.back().type = "too.many";
  source_.rows.back().aggregate_version.reset();
  begin();
  EXPECT_EQ(drain(), "");
  EXPECT_EQ(log_.ids(), "e1 e3");
  ASSERT_EQ(source_.rejected.size(), 2u);
  EXPECT_EQ(source_.rejected[0].substr(0, 4), "e2: ");
  EXPECT_EQ(source_.rejected[1], "e4: too many channels");
  EXPECT_EQ(status_.rejected, 2u);
}

TEST_F(OutboxFeedTest, ALaterVersionWaitsWhileThePlaceGoesOn) {
  add("e1", "b", 1);
  add("e3", "b", 3);
  add("e2", "b", 2);
  source_.readable = 2;
  begin();
  drain();
  EXPECT_EQ(log_.ids(), "e1");
  EXPECT_EQ(log_.place(), "1/1/1 2");
  EXPECT_EQ(status_.held, 1u);
  begin();  // as after a crash
  EXPECT_EQ(status_.held, 1u);
  source_.readable = 3;
  drain();
  EXPECT_EQ(log_.ids(), "e1 e2 e3");
}

TEST_F(OutboxFeedTest, WaitingInVainEndsWithoutARowBeingRead) {
  settings_.hold_ms = 100;
  add("e1", "b", 1);
  add("e3", "b", 3);
  begin();
  drain();
  EXPECT_EQ(feed_->next_expiry_ms(), 100u);
  now_ms_ = 100;
  drain();
  EXPECT_EQ(log_.ids(), "e1 outbox.version_missing e3");
  EXPECT_EQ(status_.ahead, 1u);
}

// Random rows, pages, guards, lost appends, lost answers and restarts: each row is in the log once,
// and each booking's rows in order.
TEST_F(OutboxFeedTest, WhateverFailsEachRowIsInTheLogOnceAndInOrder) {
  std::mt19937_64 random(11);
  for (int round = 0; round < 300; ++round) {
    source_ = ListSource();
    log_.clear();
    std::vector<std::pair<std::string, std::uint64_t>> drafts;
    for (const char* booking : {"a", "b", "c"}) {
      for (std::uint64_t version = 1; version <= 8; ++version)
        drafts.emplace_back(booking, version);
    }
    for (std::size_t i = 0; i + 1 < drafts.size(); ++i) {
      std::swap(drafts[i], drafts[i + random() % std::min<std::size_t>(6, drafts.size() - i)]);
    }
    for (const auto& [booking, version] : drafts) {
      add(booking + std::to_string(version), booking, version);
    }
    source_.readable = 0;
    source_.page_rows = 1 + random() % 5;
    ASSERT_EQ(begin(), "");
    while (source_.readable < drafts.size() || status_.held > 0 ||
           log_.place() != "1/1/1 " + std::to_string(drafts.size())) {
      source_.readable = std::min(source_.readable + random() % 4, drafts.size());
      const auto fault = random() % 6;
      if (fault == 0) log_.next_fault = FoldedLog::Fault::kLostBefore;
      if (fault == 1) log_.next_fault = FoldedLog::Fault::kLostAfter;
      if (!feed_->step(0) || fault == 2) {
        ASSERT_EQ(begin(), "");
      }
      log_.next_fault = FoldedLog::Fault::kNone;
    }
    std::map<char, char> last;
    const std::string ids = log_.ids();
    ASSERT_EQ(ids.size(), drafts.size() * 3 - 1) << ids;
    for (std::size_t i = 0; i < ids.size(); i += 3) {
      char& before = last.emplace(ids[i], '0').first->second;
      ASSERT_EQ(ids[i + 1], before + 1) << ids;
      before = ids[i + 1];
    }
  }
}

}  // namespace
}  // namespace courtside
