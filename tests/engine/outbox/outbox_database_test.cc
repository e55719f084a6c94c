// Goal: rows of another database, or of a restored one, are read only after the operator decided; a
// wrong database leaves no notes; and skipped rows are reported.
#include <gtest/gtest.h>

#include "outbox_feed_fixture.h"

namespace courtside {
namespace {

using OutboxDatabase = OutboxFeedTest;

TEST_F(OutboxDatabase, AnotherDatabaseIsRefusedUntilTold) {
  add("e1", "b", 5);
  begin();
  drain();
  source_.id = "2/1/1";
  const std::string refusal = begin();
  EXPECT_NE(refusal.find("this is database 2/1/1, and what was read before is of 1/1/1"),
            std::string::npos);
  EXPECT_NE(refusal.find("if outbox.url names a wrong database, name the right one"),
            std::string::npos);
  EXPECT_EQ(refusal.find("continue"), std::string::npos);  // it is not a standby
  EXPECT_NE(refusal.find("`2/1/1:restart@1`"), std::string::npos);
  // A decision about another database or source position does not count.
  for (const char* other : {"1/1/1:restart@1", "2/1/1:restart@0", "2/1/1:restart", "2/1/1"}) {
    settings_.accept_database = other;
    EXPECT_EQ(begin(), refusal) << other;
  }
  settings_.accept_database = "2/1/1:continue@1";
  EXPECT_EQ(begin(), "");
  EXPECT_EQ(log_.place(), "2/1/1 1");
  EXPECT_EQ(begin(), "");
}

TEST_F(OutboxDatabase, ARestartForgetsWhatWasKnownOfTheOtherDatabase) {
  add("e1", "b", 5);
  add("e9", "b", 9);
  begin();
  drain();
  EXPECT_EQ(status_.held, 1u);
  source_.id = "2/1/1";
  source_.rows.clear();
  add("f1", "b", 1);
  settings_.accept_database = "2/1/1:restart@2";
  EXPECT_EQ(begin(), "");
  EXPECT_EQ(status_.held, 0u);
  drain();
  EXPECT_EQ(log_.ids(), "e1 f1");
  EXPECT_EQ(status_.late, 0u);
  begin();  // has an effect only once
  EXPECT_EQ(drain(), "");
  EXPECT_EQ(status_.duplicates, 0u);
}

// A restored database assigns the same source positions again and reaches the old one by itself,
// with other rows. Once that was noticed, it stays distrusted.
TEST_F(OutboxDatabase, ADatabaseThatWasPutBackIsRefusedUntilTold) {
  for (const char* id : {"e1", "e2", "e3"}) add(id);
  begin();
  drain();
  source_.rows.resize(1);
  const std::string refusal = begin();
  EXPECT_NE(refusal.find("it was put back; to read what it has from the beginning"),
            std::string::npos);
  for (const char* id : {"f2", "f3", "f4"}) add(id);
  EXPECT_NE(begin().find("another row stands there"), std::string::npos);
  source_.rows[2].event_id = "e3";  // not even then
  EXPECT_NE(begin(), "");
  settings_.accept_database = "1/1/1:continue@3";  // would skip rows
  EXPECT_NE(begin(), "");
  settings_.accept_database = "1/1/1:restart@3";
  EXPECT_EQ(begin(), "");
  drain();
  EXPECT_EQ(log_.ids(), "e1 e2 e3 f2 f4");
  EXPECT_EQ(status_.duplicates, 2u);
  // The setting stays, but does not accept later changes.
  source_.rows.resize(1);
  EXPECT_NE(begin(), "");
}

TEST_F(OutboxDatabase, ADatabaseThatWasPutBackWhileNobodyLookedIsKnownByItsRow) {
  for (const char* id : {"e1", "e2"}) add(id);
  begin();
  drain();
  source_.rows[1].event_id = "f2";
  add("f3");
  EXPECT_NE(begin().find("another row stands there"), std::string::npos);
}

TEST_F(OutboxDatabase, AWrongOneLeavesNoMark) {
  add("e1");
  begin();
  drain();
  source_.id = "2/1/1";
  EXPECT_NE(begin(), "");
  EXPECT_EQ(log_.place(), "1/1/1 1");
  source_.id = "1/1/1";
  EXPECT_EQ(begin(), "");
  add("e2");
  EXPECT_EQ(drain(), "");
  EXPECT_EQ(log_.ids(), "e1 e2");
}

// A former version's note about a wrong database is ignored.
TEST_F(OutboxDatabase, AnOldMarkOfAWrongOneIsNoReasonToRefuse) {
  add("e1");
  begin();
  drain();
  const std::string place = log_.place();
  ASSERT_TRUE(log_.append({}, {.source = "platform",
                               .from = place,
                               .to = place,
                               .notes = {{"doubt",
                                          "this is database 2/1/1, and what was read before is of "
                                          "1/1/1"}}}));
  EXPECT_EQ(begin(), "");
}

// A restored database stays refused, also when a wrong one was connected in between.
TEST_F(OutboxDatabase, AWrongOneDoesNotHideThatTheRightOneWasPutBack) {
  for (const char* id : {"e1", "e2"}) add(id);
  begin();
  drain();
  source_.rows.resize(1);
  EXPECT_NE(begin(), "");
  source_.id = "2/1/1";
  EXPECT_NE(begin(), "");
  source_.id = "1/1/1";
  add("e2");
  EXPECT_NE(begin().find("it was put back"), std::string::npos);
}

TEST_F(OutboxDatabase, OfAPromotedStandbyGoingOnIsOffered) {
  add("e1");
  begin();
  drain();
  source_.id = "1/2/1";
  const std::string refusal = begin();
  EXPECT_NE(refusal.find("`1/2/1:continue@1`"), std::string::npos) << refusal;
  EXPECT_NE(refusal.find("`1/2/1:restart@1`"), std::string::npos);
}

// An option that would be refused is not offered.
TEST_F(OutboxDatabase, OfAPromotedStandbyThatLaggedGoingOnIsNotOffered) {
  for (const char* id : {"e1", "e2"}) add(id);
  begin();
  drain();
  source_.id = "1/2/1";
  source_.rows.resize(1);
  const std::string refusal = begin();
  EXPECT_EQ(refusal.find("continue"), std::string::npos) << refusal;
  EXPECT_NE(refusal.find("`1/2/1:restart@2`"), std::string::npos);
}

TEST_F(OutboxDatabase, ARestartIsCheckedBeforeThePlaceMoves) {
  add("e1");
  begin();
  drain();
  source_.id = "2/1/1";
  source_.fault = "it has rows that were copied";
  settings_.accept_database = "2/1/1:restart@1";
  EXPECT_EQ(begin(), "it has rows that were copied");
  EXPECT_EQ(log_.place(), "1/1/1 1");
  source_.fault.clear();
  EXPECT_EQ(begin(), "");
  EXPECT_EQ(log_.place(), "2/1/1 ");
}

TEST_F(OutboxDatabase, ARowBehindThePlaceThatWasNeverReadIsToldOnceAndKept) {
  for (const char* id : {"e1", "e2", "e3"}) add(id);
  begin();
  drain();
  source_.rows[1].event_id = "copied";
  source_.foreign = {0, 1};
  watch();
  watch();
  ASSERT_EQ(source_.rejected.size(), 1u);
  EXPECT_EQ(source_.rejected[0], "copied: " + std::string(kSkippedReason));
  EXPECT_EQ(source_.tidied_with, "m1");  // not before the check is complete
  EXPECT_EQ(log_.ids(), "e1 e2 e3");
}

// Rows whose events retention removed look the same to the log as rows that were never read.
TEST_F(OutboxDatabase, OnceRetentionHasDroppedEventsARowThatIsNotInTheLogIsUncertain) {
  for (const char* id : {"e1", "e2"}) add(id);
  begin();
  drain();
  log_.drop_all();
  add("e3");
  drain();
  source_.foreign = {0, 2};
  watch();
  ASSERT_EQ(source_.rejected.size(), 1u);  // e3 is in the log
  EXPECT_EQ(source_.rejected[0], "e1: " + std::string(kUncertainReason));
}

TEST_F(OutboxDatabase, AfterRetentionWhereNothingProvesThePlaceEveryRowIsUncertain) {
  for (const char* id : {"e1", "e2"}) add(id);
  begin();
  drain();
  log_.drop_all();
  source_.is_unproven = true;
  EXPECT_EQ(begin(), "");
  watch();
  ASSERT_EQ(source_.rejected.size(), 2u);
  for (const std::string& told : source_.rejected) {
    EXPECT_NE(told.find(kUncertainReason), std::string::npos) << told;
  }
}

TEST_F(OutboxDatabase, ARowThatWaitsIsNotTakenForOneThatWasNeverRead) {
  add("e1", "b", 1);
  add("e3", "b", 3);
  begin();
  drain();
  ASSERT_EQ(status_.held, 1u);
  source_.foreign = {0, 1};
  watch();
  EXPECT_TRUE(source_.rejected.empty());
}

// Continuing in another database: all its rows up to the source position are checked against the
// log, whatever their numbers, and none may be deleted before.
TEST_F(OutboxDatabase, WhereItGoesOnEveryRowUpToThePlaceIsLookedAt) {
  for (const char* id : {"e1", "e2"}) add(id);
  begin();
  drain();
  source_.id = "2/1/1";
  source_.rows[0].event_id = "f1";
  source_.rows[1].event_id = "f2";
  settings_.accept_database = "2/1/1:continue@2";
  EXPECT_EQ(begin(), "");
  ASSERT_TRUE(feed_->watch());
  EXPECT_EQ(source_.tidied_with, kNothingIsChecked);
  begin();  // as after a crash: the check begins again
  watch();
  EXPECT_EQ(source_.rejected.size(), 2u);
  EXPECT_EQ(source_.tidied_with, "m1");
}

TEST_F(OutboxDatabase, WhereTheLastRowIsGoneEveryRowUpToThePlaceIsLookedAt) {
  for (const char* id : {"e1", "e2"}) add(id);
  begin();
  drain();
  source_.is_unproven = true;
  source_.rows[0].event_id = "f1";
  EXPECT_EQ(begin(), "");
  watch();
  EXPECT_EQ(source_.rejected.size(), 1u);
}

}  // namespace
}  // namespace courtside
