// Goal: a log that became shorter, in whichever way, is never served as if nothing had happened;
// the advice in the message leads to a valid log under a new epoch.
#include "eventlog/verify/log_end.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "eventlog/backup/backup_log.h"
#include "log_end_fixture.h"

namespace courtside {
namespace {

using namespace story;
namespace fs = std::filesystem;

struct Shortening {
  const char* name;
  std::function<void(const fs::path& journal)> apply;
  bool whole_journal;  // false: at least its first event is left
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

    // The first advice: put the file back.
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
    // RocksDB moves recovered records into files at each start, so the first forty are in a file.
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

// Index files are written while the records are in journals: they must not reach further than the
// log. The content of the newest journal depends on the index thread's speed.
TEST_F(LogEndTest, AnIndexThatIsAheadOfTheJournalIsNoDeadEnd) {
  segment_events_ = 4;
  int refused = 0;
  for (int more = 0; more < 6; ++more) {
    fs::remove_all(path());
    append_events(1, 20 + more);
    // The index thread may have moved all records into files; this one is in a journal.
    if (more == 1) append_events(22, 22);
    fs::remove(newest_file(path(), ".log"));
    if (open_error(options()).empty()) continue;  // the journal was empty
    ++refused;
    const auto renewed = renew_log(path());
    ASSERT_TRUE(renewed) << renewed.error().message;
    EXPECT_EQ(outcome(verify_log({.path = path()})), "sound, " + describe(renewed->log.held));
    EXPECT_EQ(open_message(), "opened " + describe(renewed->log.held));
  }
  EXPECT_GT(refused, 0);
}

// RocksDB itself detects that an older journal is missing; the advice is the same. Nothing is lost
// if the index thread has moved all records into files.
TEST_F(LogEndTest, AnOlderJournalThatIsMissingIsNoDeadEnd) {
  segment_events_ = 8;
  int refused = 0;
  for (int attempt = 0; attempt < 6 && refused == 0; ++attempt) {
    fs::remove_all(path());
    write_log();
    for (fs::path journal = newest_file(path(), ".log"); !journal.empty();
         journal = newest_file(path(), ".log")) {
      fs::remove(journal);
    }
    if (open_error(options()).empty()) continue;
    ++refused;
    EXPECT_EQ(open_error(options()), "data_corrupt");
    EXPECT_TRUE(contains(open_message(), "courtside renew --data ")) << open_message();
    const auto renewed = renew_log(path());
    ASSERT_TRUE(renewed) << renewed.error().message;
    EXPECT_EQ(outcome(verify_log({.path = path()})), "sound, " + describe(renewed->log.held));
    EXPECT_EQ(open_message(), "opened " + describe(renewed->log.held));
  }
  EXPECT_GT(refused, 0);
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

// There was only one journal, and nothing has been moved into files.
TEST_F(LogEndTest, AFirstRunThatLostItsJournalIsNoDeadEnd) {
  for (const bool is_removed : {true, false}) {
    SCOPED_TRACE(is_removed ? "removed" : "emptied");
    fs::remove_all(path());
    append_events(1, 70);
    const fs::path journal = newest_file(path(), ".log");
    if (is_removed) {
      fs::remove(journal);
    } else {
      fs::resize_file(journal, 0);
    }
    const std::string message = open_message();
    EXPECT_TRUE(contains(message, "ends at offset 0, but events up to offset 70")) << message;
    EXPECT_EQ(outcome(verify_log({.path = path()})), "data_corrupt: " + message);
    const auto renewed = renew_log(path());
    ASSERT_TRUE(renewed) << renewed.error().message;
    EXPECT_EQ(renewed->old_epoch, epoch_);
    EXPECT_EQ(renewed->lost, 70u);
    EXPECT_EQ(outcome(verify_log({.path = path()})), "sound, none");
    const auto log = open_log(options());
    EXPECT_NE(log->epoch(), epoch_);
    EXPECT_EQ(commit(*log, {append({{"1", "booking:b1"}})}), "1v1 new");
  }
}

// Earlier versions kept the format of a first run only in its journal.
TEST_F(LogEndTest, ALogThatLostEvenItsFormatIsNoDeadEnd) {
  append_events(1, 70);
  remove_meta(path());
  const std::string message = open_message();
  EXPECT_TRUE(contains(message, "ends at offset 0, but events up to offset 70")) << message;
  EXPECT_EQ(outcome(verify_log({.path = path()})), "data_corrupt: " + message);
  const auto renewed = renew_log(path());
  ASSERT_TRUE(renewed) << renewed.error().message;
  EXPECT_EQ(renewed->lost, 70u);
  EXPECT_EQ(outcome(verify_log({.path = path()})), "sound, none");
  EXPECT_EQ(open_message(), "opened none");
}

// A source's position is written with its events and lost with them, unless a file has it.
TEST_F(LogEndTest, ARenewalSaysWhetherPlacesOfSourcesAreAhead) {
  write_log();
  fs::remove(newest_file(path(), ".log"));
  const auto behind = renew_log(path());
  ASSERT_TRUE(behind) << behind.error().message;
  EXPECT_EQ(behind->lost, 30u);
  EXPECT_FALSE(behind->has_sources_ahead);

  fs::remove_all(path());
  write_log();
  remove_last_events(path(), 30);
  const auto ahead = renew_log(path());
  ASSERT_TRUE(ahead) << ahead.error().message;
  EXPECT_EQ(ahead->lost, 30u);
  EXPECT_TRUE(ahead->has_sources_ahead);
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
