// Goal: a tail file is trusted if it is whole and belongs to the log, a damaged one never hides a
// loss, and a valid log is never refused because of it.
#include "eventlog/tail_file.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "eventlog/backup/backup_log.h"
#include "log_end_fixture.h"

namespace courtside {
namespace {

using namespace story;
namespace fs = std::filesystem;

using TailFileTest = LogEndTest;

// The copied tail matches the copied log, but its creation time shows that it is a copy.
TEST_F(TailFileTest, AnOldCopyOfTheFolderGoesOnUnderANewEpoch) {
  append_events(1, 40);
  fs::copy(path(), at("copy"), fs::copy_options::recursive);
  append_events(41, 70);
  fs::remove_all(path());
  fs::rename(at("copy"), path());
  const std::string epoch_before = epoch_;
  const auto log = open_log(options());
  EXPECT_EQ(describe(log->held()), "1..40");
  EXPECT_EQ(log->epoch() != epoch_before, knows_births(root_.path()));
}

TEST_F(TailFileTest, AFolderThatWasMovedKeepsItsEpoch) {
  append_events(1, 40);
  fs::rename(path(), at("moved"));
  fs::rename(at("moved"), path());
  EXPECT_EQ(open_log(options())->epoch(), epoch_);
}

TEST_F(TailFileTest, AnOldTailIsNoFault) {
  append_events(1, 40);
  const std::string old = file_bytes(path() + "/tail");
  const auto log = open_log(options());
  commit(*log, {append({{"more"}})});
  EXPECT_EQ(note()->end, Offset(42));
  EXPECT_NE(file_bytes(path() + "/tail"), old);
}

TEST_F(TailFileTest, ALogWithoutATailIsServedAndHasOneFromThenOn) {
  write_log();
  fs::remove(path() + "/tail");
  EXPECT_EQ(open_message(), "opened 1..70");
  ASSERT_TRUE(note());
  EXPECT_EQ(note()->end, Offset(71));
  EXPECT_EQ(open_log(options())->epoch(), epoch_);
}

// A damaged tail may hide a loss. Both pieces of advice in the message lead to a log that is
// served.
TEST_F(TailFileTest, ADamagedTailIsRefusedAndTheAdviceHelps) {
  for (const std::string& damage : {std::string(), std::string(8192, 'x')}) {
    for (const bool is_renewed : {false, true}) {
      SCOPED_TRACE(std::to_string(damage.size()) + (is_renewed ? " renewed" : " removed"));
      fs::remove_all(path());
      write_log();
      const std::string tail = path() + "/tail";
      fs::resize_file(tail, 0);
      overwrite_file(tail, damage);
      const std::string message = open_message();
      EXPECT_TRUE(contains(message, "is damaged")) << message;
      EXPECT_TRUE(contains(message, "rm " + tail + " ;")) << message;
      EXPECT_TRUE(contains(message, "courtside renew --data " + path())) << message;
      EXPECT_EQ(open_error(options()), "data_corrupt");
      EXPECT_EQ(outcome(verify_log({.path = path()})), "data_corrupt: " + message);
      EXPECT_EQ(file_bytes(tail), damage);
      if (is_renewed) {
        expect_renewable(70);
        continue;
      }
      ASSERT_EQ(std::system(("rm " + tail).c_str()), 0);
      EXPECT_EQ(open_message(), "opened 1..70");
      EXPECT_EQ(open_log(options())->epoch(), epoch_);
    }
  }
}

TEST_F(TailFileTest, ATailThatCannotBeReadIsNotTakenForNone) {
  write_log();
  const std::string tail = path() + "/tail";
  fs::rename(tail, at("kept"));
  for (const char* obstacle : {"a folder", "a link to itself"}) {
    SCOPED_TRACE(obstacle);
    if (obstacle == std::string("a folder")) {
      fs::create_directory(tail);
    } else {
      fs::create_symlink("tail", tail);
    }
    EXPECT_EQ(open_error(options()), "no_input");
    EXPECT_TRUE(contains(open_message(), "file " + tail + " cannot be read")) << open_message();
    EXPECT_EQ(verify_log({.path = path()}).error().code, Code::no_input);
    EXPECT_EQ(renew_log(path()).error().code, Code::no_input);
    fs::remove(tail);
  }
  fs::rename(at("kept"), tail);
  EXPECT_EQ(open_message(), "opened 1..70");
  EXPECT_EQ(open_log(options())->epoch(), epoch_);  // renewal changed nothing
}

// A renewed, copied or restored log loses its journal: the new epoch must survive.
TEST_F(TailFileTest, ANewEpochIsNotLostWithTheJournal) {
  for (const char* how : {"renewed", "copied", "restored"}) {
    if (how == std::string("copied") && !knows_births(root_.path())) continue;
    SCOPED_TRACE(how);
    fs::remove_all(path());
    fs::remove_all(at("other"));
    fs::remove_all(at("backup"));
    append_events(1, 40);
    const std::string first_epoch = epoch_;
    if (how == std::string("renewed")) {
      ASSERT_TRUE(renew_log(path()));
    } else if (how == std::string("copied")) {
      fs::copy(path(), at("other"), fs::copy_options::recursive);
      fs::remove_all(path());
      fs::rename(at("other"), path());
    } else {
      ASSERT_TRUE(back_up_folder(path(), at("backup"), "1"));
      fs::remove_all(path());
      ASSERT_TRUE(restore_backup({.backup = at("backup"), .folder = path()}));
    }
    append_events(41, 70);
    EXPECT_NE(epoch_, first_epoch);
    fs::remove(newest_file(path(), ".log"));
    const std::string message = open_message();
    EXPECT_TRUE(contains(message, "events up to offset 70 were acknowledged")) << message;
    EXPECT_EQ(outcome(verify_log({.path = path()})), "data_corrupt: " + message);
    expect_renewable(40);
  }
}

// A crash between a renewal and its tail file leaves an old tail, also after several renewals.
TEST_F(TailFileTest, ATailOfAnEpochThatTheLogHadBeforeIsNoFault) {
  write_log();
  const std::string old = file_bytes(path() + "/tail");
  for (int renewals = 1; renewals <= 3; ++renewals) {
    const auto renewed = renew_log(path());
    ASSERT_TRUE(renewed) << renewed.error().message;
    overwrite_file(path() + "/tail", old);
    EXPECT_EQ(outcome(verify_log({.path = path()})), "sound, 1..70");
    epoch_ = renewed->log.epoch;
  }
  EXPECT_EQ(open_message(), "opened 1..70");
  EXPECT_EQ(open_log(options())->epoch(), epoch_);
  EXPECT_EQ(note()->epoch, epoch_);
}

// An older state of the log is in place of a later one: everything since is lost.
TEST_F(TailFileTest, ATailOfAnEpochThatTheLogNeverHadIsRefusedAndTheAdviceHelps) {
  append_events(1, 40);
  fs::copy(path(), at("kept"), fs::copy_options::recursive);
  ASSERT_TRUE(renew_log(path()));
  const std::string old_epoch = epoch_;
  append_events(41, 70);
  const std::string later_epoch = epoch_;
  const std::string tail = file_bytes(path() + "/tail");
  fs::remove_all(path());
  fs::rename(at("kept"), path());
  overwrite_file(path() + "/tail", tail);

  const std::string message = open_message();
  EXPECT_TRUE(
      contains(message, "its file tail is of log " + later_epoch + ", which ended at offset 70"))
      << message;
  EXPECT_EQ(open_error(options()), "data_corrupt");
  EXPECT_EQ(outcome(verify_log({.path = path()})), "data_corrupt: " + message);
  epoch_ = old_epoch;
  expect_renewable(40);
}

// A power loss may damage one slot but not both: they are on two pages.
TEST_F(TailFileTest, OneSlotIsEnough) {
  write_log();
  const std::string whole = file_bytes(path() + "/tail");
  std::vector<std::uint64_t> ends;
  for (const std::size_t at : {std::size_t{0}, std::size_t{4096}}) {
    std::string broken = whole;
    broken[at + 30] = static_cast<char>(broken[at + 30] ^ 1);
    overwrite_file(path() + "/tail", broken);
    ASSERT_TRUE(note());
    EXPECT_EQ(note()->epoch, epoch_);
    ends.push_back(note()->end.value());
  }
  std::sort(ends.begin(), ends.end());
  EXPECT_EQ(ends, (std::vector<std::uint64_t>{70, 71}));
}

TEST_F(TailFileTest, ABackupHasNoTailAndARestoredLogHasItsOwn) {
  write_log();
  ASSERT_TRUE(back_up_folder(path(), at("backup"), "1"));
  EXPECT_FALSE(fs::exists(at("backup") + "/tail"));
  const auto restored = restore_backup({.backup = at("backup"), .folder = at("restored")});
  ASSERT_TRUE(restored) << restored.error().message;
  const auto read = TailFile::read(at("restored"));
  ASSERT_TRUE(read && *read);
  const TailNote& note = **read;
  EXPECT_EQ(note.epoch, restored->log.epoch);
  EXPECT_EQ(note.end, Offset(71));
  EXPECT_FALSE(note.is_copy);
  EXPECT_EQ(open_log({.path = at("restored")})->epoch(), restored->log.epoch);
}

}  // namespace
}  // namespace courtside
