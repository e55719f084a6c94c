// Fixture of the tests for a log's end: a log of seventy events, the result of opening it, and a
// check that the advice in the message leads to a usable log.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <rocksdb/db.h>
#include <sys/stat.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "eventlog/database.h"
#include "eventlog/encoding.h"
#include "eventlog/log_meta.h"
#include "eventlog/tail_file.h"
#include "eventlog/verify/log_end.h"
#include "eventlog/verify/verify_log.h"
#include "tests/support/log_story.h"

namespace courtside::story {

inline std::string outcome(const Result<LogDescription>& log) {
  if (!log) return std::string(info(log.error().code).name) + ": " + log.error().message;
  return "sound, " + describe(log->held);
}

inline bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// Whether the file system records creation times: then copies are detected.
inline bool knows_births(const std::string& folder) {
  struct statx found = {};
  return statx(AT_FDCWD, folder.c_str(), 0, STATX_BTIME, &found) == 0 &&
         (found.stx_mask & STATX_BTIME) != 0;
}

// Removes all rows, as with an older version that had them only in a lost journal.
inline void remove_meta(const std::string& folder) {
  const auto database = Database::open({.path = folder, .create = false}).value();
  for (const Family family : {Family::kEvents, Family::kMeta}) {
    ASSERT_TRUE(database->rocks()
                    .DeleteRange(rocksdb::WriteOptions(), database->family(family), std::string(),
                                 std::string(9, '\xff'))
                    .ok());
  }
}

// Removes only events at the end, and keeps the metadata.
inline void remove_last_events(const std::string& folder, int count) {
  const auto database = Database::open({.path = folder, .create = false}).value();
  const Offset end = read_meta(*database).value().place.next;
  for (int i = 1; i <= count; ++i) {
    const auto key = encode(Offset(end.value() - static_cast<std::uint64_t>(i)));
    ASSERT_TRUE(database->rocks()
                    .Delete(rocksdb::WriteOptions(), database->family(Family::kEvents), key.view())
                    .ok());
  }
}

class LogEndTest : public testing::Test {
 protected:
  std::string path() const { return root_.path() + "/log"; }
  std::string at(const std::string& name) const { return root_.path() + "/" + name; }
  EventLogOptions options() const {
    return {.path = path(), .segment_events_max = segment_events_};
  }

  // Events number first ... last, one commit each, about three subjects.
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

  std::optional<TailNote> note() const { return TailFile::read(path()).value(); }

  std::string open_message() const {
    const auto log = EventLog::open(options());
    return log ? "opened " + describe((*log)->held()) : log.error().message;
  }

  // Follows the advice: the result is a valid log that can be appended to.
  void expect_renewable(int events) {
    const auto renewed = renew_log(path());
    ASSERT_TRUE(renewed) << renewed.error().message;
    EXPECT_EQ(renewed->old_epoch, epoch_);
    EXPECT_EQ(renewed->lost, 70u - static_cast<std::uint64_t>(events));
    EXPECT_EQ(outcome(verify_log({.path = path()})), "sound, 1.." + std::to_string(events));
    const auto log = open_log(options());
    EXPECT_NE(log->epoch(), epoch_);
    EXPECT_EQ(describe(log->held()), "1.." + std::to_string(events));
    // A lost event can be sent again; one that was not lost is a duplicate.
    const std::string next = std::to_string(events + 1);
    const auto version = log->subject("booking:b1")->version;
    EXPECT_EQ(commit(*log, {append({{next, "booking:b1"}, {"1", "booking:b1"}})}),
              next + "v" + std::to_string(version + 1) + " new 1v1 again");
  }

  TempFolder root_;
  std::string epoch_;
  std::size_t segment_events_ = 65536;
};

}  // namespace courtside::story
