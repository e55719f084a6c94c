// Goal: a log that is shorter than it once was is never served as if nothing had happened, however
// it became shorter; and the way out that the message names leads to a sound log under a new epoch.
#include "eventlog/log_end.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "eventlog/backup.h"
#include "eventlog/tail_file.h"
#include "log_story.h"

namespace courtside {
namespace {

using namespace story;
namespace fs = std::filesystem;

std::string outcome(const Result<VerifiedLog>& log) {
  if (!log) return std::string(info(log.error().code).name) + ": " + log.error().message;
  return "sound, " + describe(log->held);
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// Whether the file system says when a file was made: then copies are known.
bool knows_births(const std::string& folder) {
  struct statx found = {};
  return statx(AT_FDCWD, folder.c_str(), 0, STATX_BTIME, &found) == 0 &&
         (found.stx_mask & STATX_BTIME) != 0;
}

class LogEndTest : public testing::Test {
 protected:
  std::string path() const { return root_.path() + "/log"; }
  std::string at(const std::string& name) const { return root_.path() + "/" + name; }
  EventLogOptions options() const {
    return {.path = path(), .segment_events_max = segment_events_};
  }

  // Events number first ... last, one commit each, from three subjects.
  void append_events(int first, int last) {
    const auto log = open_log(options());
    epoch_ = log->epoch();
    for (int i = first; i <= last; ++i) {
      const std::string subject = "booking:b" + std::to_string(i % 3);
      commit(*log, {append({{.id = std::to_string(i), .subject = subject, .data_bytes = 50}})});
    }
  }

  // 40 events, a restart, and 30 more in a journal of their own.
  void write_log() {
    append_events(1, 40);
    append_events(41, 70);
  }

  std::string open_message() const {
    const auto log = EventLog::open(options());
    return log ? "opened " + describe((*log)->held()) : log.error().message;
  }

  // What the advice does: a sound log, which goes on.
  void expect_renewable(int events) {
    const auto renewed = renew_log(path());
    ASSERT_TRUE(renewed) << renewed.error().message;
    EXPECT_EQ(renewed->old_epoch, epoch_);
    EXPECT_EQ(renewed->lost, 70u - static_cast<std::uint64_t>(events));
    EXPECT_EQ(outcome(verify_log({.path = path()})), "sound, 1.." + std::to_string(events));
    const auto log = open_log(options());
    EXPECT_NE(log->epoch(), epoch_);
    EXPECT_EQ(describe(log->held()), "1.." + std::to_string(events));
    // An event that was lost can be sent again, one that was not is known.
    const std::string next = std::to_string(events + 1);
    const auto version = log->subject("booking:b1")->version;
    EXPECT_EQ(commit(*log, {append({{next, "booking:b1"}, {"1", "booking:b1"}})}),
              next + "v" + std::to_string(version + 1) + " new 1v1 again");
  }

  TempFolder root_;
  std::string epoch_;
  std::size_t segment_events_ = 65536;
};

struct Shortening {
  const char* name;
  std::function<void(const fs::path& journal)> apply;
  bool whole_journal;  // else at least its first event is left
};

std::vector<Shortening> shortenings() {
  return {{"removed", [](const fs::path& journal) { fs::remove(journal); }, true},
          {"emptied", [](const fs::path& journal) { fs::resize_file(journal, 0); }, true},
          {"halved",
           [](const fs::path& journal) { fs::resize_file(journal, fs::file_size(journal) / 2); },
           false},
          {"without its last byte",
           [](const fs::path& journal) { fs::resize_file(journal, fs::file_size(journal) - 1); },
           false}};
}

TEST_F(LogEndTest, AJournalThatLostItsEndIsRefusedAndNothingIsChanged) {
  for (const Shortening& shortening : shortenings()) {
    SCOPED_TRACE(shortening.name);
    fs::remove_all(path());
    write_log();
    const fs::path journal = newest_file(path(), ".log");
    const fs::path kept = at("kept");
    fs::copy_file(journal, kept, fs::copy_options::overwrite_existing);
    shortening.apply(journal);

    const std::string message = open_message();
    EXPECT_TRUE(contains(message, "events up to offset 70 were acknowledged")) << message;
    EXPECT_TRUE(contains(message, "courtside renew --data " + path())) << message;
    EXPECT_EQ(open_error(options()), "data_corrupt");
    EXPECT_EQ(outcome(verify_log({.path = path()})), "data_corrupt: " + message);
    const auto backup = back_up_folder(path(), at("backup"), "1");
    EXPECT_TRUE(!backup && backup.error().message == message);

    // The first way out: the file comes back.
    fs::copy_file(kept, journal, fs::copy_options::overwrite_existing);
    EXPECT_EQ(open_message(), "opened 1..70");
    const auto log = open_log(options());
    EXPECT_EQ(log->epoch(), epoch_);
  }
}

TEST_F(LogEndTest, ARenewedLogGoesOnWithoutWhatIsLost) {
  for (const Shortening& shortening : shortenings()) {
    SCOPED_TRACE(shortening.name);
    fs::remove_all(path());
    write_log();
    shortening.apply(newest_file(path(), ".log"));
    // RocksDB moves what it recovers into files at each start, so the first forty are in one.
    const auto end = renew_log(path());
    ASSERT_TRUE(end) << end.error().message;
    EXPECT_GE(end->log.held.end, Offset(41));
    EXPECT_EQ(end->log.held.end == Offset(41), shortening.whole_journal);
    EXPECT_EQ(end->lost, 71 - end->log.held.end.value());
    EXPECT_EQ(open_message(), "opened " + describe(end->log.held));
  }
}

TEST_F(LogEndTest, TheLostEventsMayComeAgainAndTheRestIsKnown) {
  write_log();
  fs::remove(newest_file(path(), ".log"));
  expect_renewable(40);
}

// Index files are made while the records are in journals: they must not go further than the log.
// How much is in the newest journal depends on how far the index's thread is.
TEST_F(LogEndTest, AnIndexThatIsAheadOfTheJournalIsNoDeadEnd) {
  segment_events_ = 4;
  int refused = 0;
  for (int more = 0; more < 6; ++more) {
    fs::remove_all(path());
    append_events(1, 20 + more);
    fs::remove(newest_file(path(), ".log"));
    if (open_error(options()).empty()) continue;  // it was empty
    ++refused;
    const auto renewed = renew_log(path());
    ASSERT_TRUE(renewed) << renewed.error().message;
    EXPECT_EQ(outcome(verify_log({.path = path()})), "sound, " + describe(renewed->log.held));
    EXPECT_EQ(open_message(), "opened " + describe(renewed->log.held));
  }
  EXPECT_GT(refused, 0);
}

// RocksDB itself notices that an older journal is missing; the way out is the same.
TEST_F(LogEndTest, AnOlderJournalThatIsMissingIsNoDeadEnd) {
  segment_events_ = 8;
  write_log();
  for (fs::path journal = newest_file(path(), ".log"); !journal.empty();
       journal = newest_file(path(), ".log")) {
    fs::remove(journal);
  }
  EXPECT_EQ(open_error(options()), "data_corrupt");
  EXPECT_TRUE(contains(open_message(), "courtside renew --data ")) << open_message();
  const auto renewed = renew_log(path());
  ASSERT_TRUE(renewed) << renewed.error().message;
  EXPECT_EQ(outcome(verify_log({.path = path()})), "sound, " + describe(renewed->log.held));
  EXPECT_EQ(open_message(), "opened " + describe(renewed->log.held));
}

TEST_F(LogEndTest, ALogOfWhichOnlyTheTailIsLeftIsNotANewOne) {
  write_log();
  for (const auto& file : fs::directory_iterator(path())) {
    if (file.path().filename() != "tail") fs::remove_all(file.path());
  }
  EXPECT_EQ(open_error(options()), "data_corrupt");
  EXPECT_TRUE(fs::exists(path() + "/tail"));
  EXPECT_FALSE(fs::exists(path() + "/CURRENT"));
}

// The tail is as old as the log then, but it is not the file that it says it is.
TEST_F(LogEndTest, AnOldCopyOfTheFolderGoesOnUnderANewEpoch) {
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

TEST_F(LogEndTest, AFolderThatWasMovedKeepsItsEpoch) {
  append_events(1, 40);
  fs::rename(path(), at("moved"));
  fs::rename(at("moved"), path());
  EXPECT_EQ(open_log(options())->epoch(), epoch_);
}

TEST_F(LogEndTest, AnOldTailIsNoFault) {
  append_events(1, 40);
  const std::string old = file_bytes(path() + "/tail");
  const auto log = open_log(options());
  commit(*log, {append({{"more"}})});
  EXPECT_EQ(TailFile::read(path())->end, Offset(42));
  EXPECT_NE(file_bytes(path() + "/tail"), old);
}

TEST_F(LogEndTest, ALogWithoutATailIsServedAndHasOneFromThenOn) {
  write_log();
  for (const char* damage : {"gone", "empty", "garbage"}) {
    SCOPED_TRACE(damage);
    const std::string tail = path() + "/tail";
    fs::remove(tail);
    if (damage != std::string("gone")) std::ofstream(tail) << "";
    if (damage == std::string("garbage")) std::ofstream(tail) << std::string(8192, 'x');
    EXPECT_EQ(open_message(), "opened 1..70");
    ASSERT_TRUE(TailFile::read(path()));
    EXPECT_EQ(TailFile::read(path())->end, Offset(71));
    EXPECT_EQ(open_log(options())->epoch(), epoch_);
  }
}

// A loss of power may take one slot, not both: they lie in two pages.
TEST_F(LogEndTest, OneSlotIsEnough) {
  write_log();
  const std::string whole = file_bytes(path() + "/tail");
  std::vector<std::uint64_t> ends;
  for (const std::size_t at : {std::size_t{0}, std::size_t{4096}}) {
    std::string broken = whole;
    broken[at + 30] = static_cast<char>(broken[at + 30] ^ 1);
    overwrite_file(path() + "/tail", broken);
    const auto note = TailFile::read(path());
    ASSERT_TRUE(note);
    EXPECT_EQ(note->epoch, epoch_);
    ends.push_back(note->end.value());
  }
  std::sort(ends.begin(), ends.end());
  EXPECT_EQ(ends, (std::vector<std::uint64_t>{70, 71}));
}

TEST_F(LogEndTest, ABackupHasNoTailAndARestoredLogHasItsOwn) {
  write_log();
  ASSERT_TRUE(back_up_folder(path(), at("backup"), "1"));
  EXPECT_FALSE(fs::exists(at("backup") + "/tail"));
  const auto restored = restore_backup({.backup = at("backup"), .folder = at("restored")});
  ASSERT_TRUE(restored) << restored.error().message;
  const auto note = TailFile::read(at("restored"));
  ASSERT_TRUE(note);
  EXPECT_EQ(note->epoch, restored->log.epoch);
  EXPECT_EQ(note->end, Offset(71));
  EXPECT_FALSE(note->is_copy);
  EXPECT_EQ(open_log({.path = at("restored")})->epoch(), restored->log.epoch);
}

TEST_F(LogEndTest, ARenewalOfASoundLogOnlyChangesItsEpoch) {
  write_log();
  expect_renewable(70);
}

TEST_F(LogEndTest, WhatRenewalCannotMendIsLeftAlone) {
  write_log();
  const auto log = open_log(options());
  const auto held = renew_log(path());
  EXPECT_TRUE(!held && held.error().code == Code::data_in_use);
  ASSERT_TRUE(make_backup(*log, at("backup"), "1"));
  const auto backup = renew_log(at("backup"));
  EXPECT_TRUE(!backup && backup.error().code == Code::bad_request);
  const auto nothing = renew_log(at("nothing"));
  EXPECT_TRUE(!nothing && nothing.error().code == Code::no_input);
}

}  // namespace
}  // namespace courtside
