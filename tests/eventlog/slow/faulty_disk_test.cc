// Goal: whichever write of the disk fails, nothing that was acknowledged is lost, nothing is
// accepted afterwards, and the log opens again, whole, once the disk is well.
#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <string>

#include "eventlog/sequencer/event_log.h"
#include "eventlog/verify/verify_log.h"
#include "tests/support/faulty_env.h"
#include "tests/support/log_story.h"

namespace courtside::story {
namespace {

class FaultyDiskTest : public testing::Test {
 protected:
  // Small segments: index files are written, ingested and flushed within a few commits.
  EventLogOptions options(const std::string& path, FaultyEnv* disk) const {
    return {.path = path, .segment_events_max = 8, .env = disk};
  }

  TempFolder folder_;
};

constexpr int kCommits = 40;
constexpr int kEventsEach = 2;

struct Written {
  bool opened = false;
  int acknowledged = 0;  // commits, from the first on
  bool was_refused = false;
};

// Commits until one fails, and tries one more after that.
Written write_log(const EventLogOptions& options) {
  Written run;
  auto log = EventLog::open(options);
  if (!log) return run;
  run.opened = true;
  for (int i = 0; i < kCommits; ++i) {
    const std::string id = std::to_string(i);
    const std::string said = commit(**log, {append({{id + "a"}, {id + "b"}})});
    if (said == "write_failed") {
      run.was_refused = true;
      EXPECT_EQ(commit(**log, {append({{"after"}})}), "write_failed") << "after commit " << i;
      break;
    }
    ++run.acknowledged;
  }
  return run;
}

// The log after the disk is well: every acknowledged event, perhaps the commit that failed, whole.
void expect_sound(const std::string& path, const Written& run, const EventLogOptions& options) {
  {
    const auto log = EventLog::open(options);
    ASSERT_TRUE(log) << log.error().message;
    const int events = static_cast<int>((*log)->held().count());
    EXPECT_GE(events, run.acknowledged * kEventsEach);
    EXPECT_LE(events, (run.acknowledged + 1) * kEventsEach);
    EXPECT_EQ(events % kEventsEach, 0) << "half a commit";
    commit(**log, {append({{"well"}})});
    EXPECT_EQ(static_cast<int>((*log)->held().count()), events + 1);
  }
  const auto verified = verify_log({.path = path});
  EXPECT_TRUE(verified) << verified.error().message;
}

// Each of the log's writing calls fails once, alone or with all that follow it.
TEST_F(FaultyDiskTest, WhicheverCallFailsNothingAcknowledgedIsLost) {
  int failures = 0;
  for (const bool for_good : {true, false}) {
    std::uint64_t step = 1;
    for (std::uint64_t number = 1;; number += step) {
      SCOPED_TRACE("call " + std::to_string(number) + (for_good ? " and later ones" : " alone"));
      const std::string path =
          folder_.path() + (for_good ? "/all" : "/one") + std::to_string(number);
      FaultyEnv disk;
      if (for_good) {
        disk.fail_from(number);
      } else {
        disk.fail_once(number);
      }
      const Written run = write_log(options(path, &disk));
      if (!disk.has_failed()) {
        EXPECT_EQ(run.acknowledged, kCommits);
        break;
      }
      ++failures;
      // A log that could not be made is made anew, in the same folder.
      if (run.opened || !for_good) expect_sound(path, run, options(path, nullptr));
      if (HasFailure()) return;
      step = number < 40 ? 1 : 11;
    }
  }
  EXPECT_GT(failures, 40);
}

}  // namespace
}  // namespace courtside::story
