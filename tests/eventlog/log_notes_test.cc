// Goal: notes survive a restart and dropped events, and a backup carries them into the restored
// log, which records the time of its restore.
#include "eventlog/log_notes.h"

#include <gtest/gtest.h>

#include <string>

#include "base/time.h"
#include "eventlog/backup/backup_log.h"
#include "tests/support/log_story.h"

namespace courtside {
namespace {

std::string described(const LogNotes& log, std::string_view prefix) {
  const auto notes = log.notes(prefix);
  if (!notes) return std::string(info(notes.error().code).name);
  std::string out;
  for (const LogNote& note : *notes) out += note.key + "=" + note.value + " ";
  return out;
}

void write_some(LogNotes& log) {
  ASSERT_TRUE(log.write_notes({{"b/1", "x"}, {"b/2", "y"}, {"c", "z"}, {"b", "w"}}));
  ASSERT_TRUE(log.write_notes({{"b/2", ""}, {"b/1", "v"}, {"gone", ""}}));
}

TEST(LogNotes, AreFoundByTheBeginningOfTheirKeys) {
  MemoryLog memory("e");
  const story::TempFolder folder;
  const auto log = *EventLog::open({.path = folder.path()});
  for (LogNotes* const notes : {static_cast<LogNotes*>(&memory), static_cast<LogNotes*>(&*log)}) {
    write_some(*notes);
    EXPECT_EQ(described(*notes, "b/"), "b/1=v ");
    EXPECT_EQ(described(*notes, "b"), "b=w b/1=v ");
    EXPECT_EQ(described(*notes, "d"), "");
  }
}

TEST(LogNotes, OutliveTheProcessAndGoWithABackup) {
  const story::TempFolder folder, backup, restored;
  {
    const auto log = *EventLog::open({.path = folder.path()});
    write_some(*log);
    story::commit(*log, {story::append({{.id = "1"}})});
  }
  {
    const auto log = *EventLog::open({.path = folder.path()});
    EXPECT_EQ(described(*log, "b/"), "b/1=v ");
    EXPECT_EQ(described(*log, kRestoredNote), "");
    ASSERT_TRUE(make_backup(*log, backup.path() + "/b", "test"));
  }
  const Timestamp before = now();
  ASSERT_TRUE(restore_backup({.backup = backup.path() + "/b", .folder = restored.path() + "/log"}));
  const auto log = *EventLog::open({.path = restored.path() + "/log"});
  EXPECT_EQ(described(*log, "b/"), "b/1=v ");
  const auto at = log->notes(kRestoredNote);
  ASSERT_TRUE(at && at->size() == 1);
  EXPECT_GE(std::stoll(at->front().value), before.value());
}

}  // namespace
}  // namespace courtside
