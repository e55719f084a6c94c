// Goal: on a full or read-only disk appends are refused with a name and nothing is written; reads,
// duplicates, conflicts and retention go on; and appends are accepted as soon as there is room.
#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "eventlog/database.h"
#include "eventlog/log_meta.h"
#include "eventlog/sequencer/event_log.h"
#include "eventlog/sequencer/local_sequencer.h"
#include "eventlog/tail_file.h"
#include "eventlog/term.h"
#include "eventlog/verify/verify_log.h"
#include "tests/support/log_story.h"
#include "tests/support/scripted_disk.h"
#include "tests/support/verdict_waiter.h"

namespace courtside::story {
namespace {

class FullDiskTest : public testing::Test {
 protected:
  EventLogOptions options() const { return {.path = folder_.path(), .disk = disk_.probe()}; }

  void start(const SequencerOptions& options = {}) {
    sequencer_ = LocalSequencer::make(*log_, options);
    sequencer_->start(waiter_);
  }
  // Submits one append and waits for its verdict.
  std::string say(Append append) { return waiter_.ask(*sequencer_, std::move(append)); }
  std::string say(const std::vector<EventSpec>& specs) { return say(append(specs)); }
  // New events are answered like this, at the latest when the gate has seen the disk.
  bool eventually_says(const std::string& wanted) {
    return eventually([&] {
      const std::string id = "new " + std::to_string(++last_id_);
      return say({{id}}).find(wanted) != std::string::npos;
    });
  }
  StorageState state() const { return log_->condition().storage.state; }
  void close() {
    if (sequencer_) sequencer_->stop();
    sequencer_.reset();
    log_.reset();
  }
  void expect_sound() {
    close();
    const auto verified = verify_log({.path = folder_.path()});
    EXPECT_TRUE(verified) << verified.error().message;
  }

  TempFolder folder_;
  ScriptedDisk disk_;
  VerdictWaiter waiter_;
  std::unique_ptr<EventLog> log_;
  std::unique_ptr<LocalSequencer> sequencer_;
  int last_id_ = 0;
};

TEST_F(FullDiskTest, AppendsAreRefusedAndEverythingElseGoesOn) {
  log_ = open_log(options());
  start();
  EXPECT_EQ(say({{"a"}}), "1v1 new");
  disk_.fill();
  ASSERT_TRUE(eventually([&] { return state() == StorageState::kFull; }));  // without an append
  EXPECT_EQ(say({{"b"}}), "storage_full");
  EXPECT_EQ(say({{"a"}}), "1v1 again");
  EXPECT_EQ(say({{.id = "c", .expected_version = 7}}), "event 0 expected 7, is 1");
  EXPECT_EQ(say({{"a"}, {"b"}}), "storage_full");  // all or none
  Append step = append({{"d"}});
  step.step = SourceStep{.source = "shop", .from = "", .to = "1"};
  EXPECT_EQ(say(step), "storage_full");
  step.events.clear();
  EXPECT_EQ(say(step), "storage_full");  // the place of a source is a write, too
  EXPECT_EQ(describe(log_->held()), "1..1");
  EXPECT_EQ(describe(*log_->read({Offset(1)})), "1");
  EXPECT_EQ(*log_->source_place("shop"), "");
  EXPECT_EQ(sequencer_->counters().refused, 4u);
  EXPECT_EQ(sequencer_->counters().conflicts, 1u);

  disk_.empty();
  ASSERT_TRUE(eventually([&] { return state() == StorageState::kOpen; }));
  EXPECT_EQ(say({{"b"}}), "2v2 new");
  EXPECT_EQ(say({{"a"}, {"b"}, {"c"}}), "1v1 again 2v2 again 3v3 new");
  expect_sound();
}

TEST_F(FullDiskTest, TheDiskIsSeenBeforeTheNextAppendHoweverQuietTheLogWas) {
  log_ = open_log(options());
  start();
  for (int round = 0; round < 5; ++round) {
    disk_.fill();
    ASSERT_TRUE(eventually_says("storage_full"));
    disk_.empty();
    ASSERT_TRUE(eventually_says("new"));
  }
}

TEST_F(FullDiskTest, RetentionMakesRoomMeanwhile) {
  log_ = open_log(options());
  start();
  for (int i = 0; i < 3; ++i) say({{.id = std::to_string(i), .data_bytes = 9'000}});
  sequencer_->stop();
  disk_.set_free(1 << 20);  // too little for appends, and enough for a drop
  start({.retention_bytes = 20'000, .retention_check_ms = 1});
  ASSERT_TRUE(eventually([&] { return log_->held().begin == Offset(2); }));
  ASSERT_TRUE(eventually([&] { return state() == StorageState::kFull; }));
  EXPECT_EQ(say({{"late"}}), "storage_full");
  EXPECT_EQ(describe(log_->held()), "2..3");
  expect_sound();
}

TEST_F(FullDiskTest, WithoutAnyRoomEvenADropWaits) {
  log_ = open_log(options());
  start();
  for (int i = 0; i < 2; ++i) say({{.id = std::to_string(i), .data_bytes = 9'000}});
  sequencer_->stop();
  disk_.fill();
  start({.retention_bytes = 100, .retention_check_ms = 1});
  ASSERT_TRUE(eventually([&] { return state() == StorageState::kFull; }));
  for (int i = 0; i < 20; ++i) EXPECT_EQ(say({{"0"}}), "1v1 again");
  EXPECT_EQ(describe(log_->held()), "1..2");
  disk_.set_free(1 << 20);
  ASSERT_TRUE(eventually([&] { return log_->held().begin == Offset(2); }));
}

// Committed here without asking whether there is room.
TEST_F(FullDiskTest, AnIndexSegmentWaitsForRoomAndHoldsUpNothing) {
  EventLogOptions small = options();
  small.segment_events_max = 8;
  log_ = open_log(small);
  disk_.fill();
  for (int i = 0; i < 60; ++i) {
    const std::string number = std::to_string(i + 1);
    EXPECT_EQ(commit(*log_, {append({{number}})}), number + 'v' + number + " new");
  }
  EXPECT_EQ(log_->find(key_of("3"))->value(), Offset(3));
  EXPECT_EQ(describe(*log_->postings(channel_term("booking:b1"), {Offset(7), Offset(10)},
                                     Direction::kAscending)),
            "7 8 9");
  const auto index_end = [&] {
    log_.reset();
    const auto database = Database::open_to_read({.path = folder_.path()});
    return low_water(**database).value();
  };
  EXPECT_EQ(index_end(), Offset(1));
  disk_.empty();
  const auto is_indexed = [&] {
    log_ = open_log(small);
    commit(*log_, {append({{"more " + std::to_string(log_->place().next.value())}})});
    return index_end() > Offset(60);
  };
  EXPECT_TRUE(eventually(is_indexed));
  expect_sound();
}

TEST_F(FullDiskTest, NotesWaitInMemoryAndAreSeen) {
  log_ = open_log(options());
  disk_.fill();
  ASSERT_TRUE(log_->write_notes({{"a", "1"}, {"b", "2"}}));
  ASSERT_TRUE(log_->write_notes({{"b", ""}}));
  ASSERT_EQ(log_->notes("")->size(), 1u);
  EXPECT_EQ(log_->notes("a")->front().value, "1");
  EXPECT_FALSE(log_->may_drop()) << "an event may go only after the note that replaces it";
  disk_.empty();
  ASSERT_TRUE(eventually([&] { return log_->look() && log_->may_drop(); }));
  log_.reset();
  log_ = open_log(options());
  ASSERT_EQ(log_->notes("")->size(), 1u);
  EXPECT_EQ(log_->notes("a")->front().value, "1");
}

TEST_F(FullDiskTest, ABackupNeedsRoom) {
  log_ = open_log(options());
  commit(*log_, {append({{"a"}})});
  disk_.fill();
  const TempFolder target;
  const auto made = log_->checkpoint(target.path() + "/backup");
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, Code::storage_full);
  EXPECT_NE(commit(*log_, {append({{"b"}})}).find("new"), std::string::npos) << "the log is well";
}

class UnwritableDiskTest : public FullDiskTest, public testing::WithParamInterface<bool> {
 protected:
  void SetUp() override {
    log_ = open_log(options());
    commit(*log_, {append({{"a"}, {"b"}})});
    log_.reset();
  }
  // Without the reserve, which would be enough to open the log for writing.
  void spoil() {
    std::filesystem::remove(folder_.path() + "/reserve");
    GetParam() ? disk_.fill() : disk_.set_writable(false);
  }
  void heal() { GetParam() ? disk_.empty() : disk_.set_writable(true); }
  std::string refusal() const { return GetParam() ? "storage_full" : "storage_read_only"; }
};

TEST_P(UnwritableDiskTest, AStartServesReadersAndAcceptsAppendsWhenItCan) {
  spoil();
  log_ = open_log(options());
  EXPECT_EQ(describe(log_->held()), "1..2");
  EXPECT_EQ(describe(*log_->scan(log_->held(), Direction::kAscending)), "1 2");
  EXPECT_EQ(log_->find(key_of("b"))->value(), Offset(2));
  EXPECT_EQ(state(), GetParam() ? StorageState::kFull : StorageState::kReadOnly);
  EXPECT_EQ(log_->checkpoint(folder_.path() + "/x").error().code, Code::storage_read_only);
  start({.retention_bytes = 1, .retention_check_ms = 1});
  EXPECT_EQ(say({{"c"}}), refusal());
  EXPECT_EQ(say({{"a"}}), "1v1 again");
  ASSERT_TRUE(log_->write_notes({{"note", "kept"}}));
  EXPECT_EQ(open_error(options()), "data_in_use") << "nobody else may write meanwhile";

  auto unfinished = log_->scan(log_->held(), Direction::kAscending);
  heal();
  ASSERT_TRUE(eventually([&] { return state() == StorageState::kOpen; }));
  EXPECT_EQ(describe(*unfinished), "1 2") << "a reader in the middle of something is not disturbed";
  unfinished.reset();
  EXPECT_NE(say({{"c"}}).find("new"), std::string::npos);
  EXPECT_EQ(open_error(options()), "data_in_use");
  ASSERT_TRUE(eventually([&] { return log_->held().begin > Offset(1); })) << "retention goes on";
  expect_sound();
  log_ = open_log(options());
  EXPECT_EQ(log_->notes("note")->size(), 1u);
  EXPECT_EQ(log_->find(key_of("c"))->value(), Offset(3));
}

// After a failed sync the journal may show more than is on the disk.
TEST_P(UnwritableDiskTest, EventsThatWereNeverAcknowledgedAreNotShown) {
  log_ = open_log(options());
  const std::string tail = file_bytes(folder_.path() + "/tail");
  commit(*log_, {append({{"c"}})});
  log_.reset();
  overwrite_file(folder_.path() + "/tail", tail);
  spoil();
  log_ = open_log(options());
  EXPECT_EQ(describe(log_->held()), "1..2");
  heal();
  Result<void> looked;
  ASSERT_TRUE(eventually([&] { return !(looked = log_->look()); }));
  EXPECT_EQ(looked.error().code, Code::storage_read_only);
  EXPECT_NE(looked.error().message.find("start the server again"), std::string::npos);
  log_.reset();
  log_ = open_log(options());
  EXPECT_EQ(describe(log_->held()), "1..3");
}

TEST_P(UnwritableDiskTest, ACopyIsRefusedBecauseItNeedsANewEpoch) {
  const TempFolder other;
  const std::string copy = other.path() + "/copy";
  std::filesystem::remove(folder_.path() + "/reserve");
  std::filesystem::copy(folder_.path(), copy, std::filesystem::copy_options::recursive);
  const auto note = TailFile::read(copy);
  ASSERT_TRUE(note && *note);
  if (!(*note)->is_copy) return;  // this file system has no creation times
  spoil();
  EventLogOptions of_copy = options();
  of_copy.path = copy;
  EXPECT_EQ(open_error(of_copy), refusal());
  heal();
  EXPECT_EQ(open_error(of_copy), "");
}

TEST_P(UnwritableDiskTest, ADamagedLogIsRefusedAsEver) {
  std::filesystem::remove(newest_file(folder_.path(), ".log"));
  spoil();
  EXPECT_EQ(open_error(options()), "data_corrupt");
}

INSTANTIATE_TEST_SUITE_P(FullAndReadOnly, UnwritableDiskTest, testing::Bool(),
                         [](const auto& param) { return param.param ? "Full" : "ReadOnly"; });

}  // namespace
}  // namespace courtside::story
