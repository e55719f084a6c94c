// Goal: whichever write fails while an index segment becomes files, the database opens again, with
// all of the segment or with nothing of it.
#include "eventlog/index/segment_files.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <string>

#include "eventlog/database.h"
#include "eventlog/fold.h"
#include "eventlog/log_folder.h"
#include "eventlog/log_meta.h"
#include "tests/support/faulty_env.h"
#include "tests/support/log_story.h"

namespace courtside {
namespace {

using namespace story;

class SegmentFilesTest : public testing::Test {
 protected:
  // A segment of one event.
  std::unique_ptr<IndexSegment> segment() const {
    MemoryLog log{"model"};
    Fold fold(log, log.place(), Timestamp());
    const Command command = append({{"1", "booking:1", {"user:1"}}});
    EXPECT_TRUE(fold.apply(command));
    auto made = std::make_unique<IndexSegment>(Offset(1), nullptr);
    made->add(fold.take());
    return made;
  }

  Result<std::unique_ptr<Database>> open(const std::string& path, FaultyEnv* disk) const {
    return Database::open({.path = path, .block_cache_bytes = 1 << 20, .env = disk});
  }

  TempFolder folder_;
};

// One failed sync of the manifest left a log that could not be opened: see KeptLinks.
TEST_F(SegmentFilesTest, WhicheverWriteFailsTheDatabaseOpensAgain) {
  const auto added = segment();
  std::uint64_t number = 1;
  for (bool failed = true; failed; ++number) {
    SCOPED_TRACE("write " + std::to_string(number));
    const std::string path = folder_.path() + "/" + std::to_string(number);
    FaultyEnv disk;
    bool is_added = false;
    {
      const auto database = open(path, &disk);
      ASSERT_TRUE(database);
      ASSERT_TRUE(finish_log_folder(path));
      disk.fail_once(disk.calls() + number);
      is_added = add_to_database(*added, **database).has_value();
      failed = disk.has_failed();
      EXPECT_TRUE(is_added || failed);
      disk.heal();
    }
    const auto again = open(path, nullptr);
    ASSERT_TRUE(again) << again.error().message;
    const auto end = low_water(**again);
    ASSERT_TRUE(end);
    EXPECT_TRUE(*end == Offset(2) || (!is_added && *end == Offset(1))) << end->value();
  }
  EXPECT_GT(number, 20u);
}

}  // namespace
}  // namespace courtside
