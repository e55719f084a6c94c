// Goal: after a kill at any moment, acknowledged commands are in the log and no command is there by
// half.
#include <gtest/gtest.h>
#include <unistd.h>

#include <random>

#include "acknowledged_log.h"
#include "tests/support/log_story.h"

namespace courtside {
namespace {

using namespace story;

TEST(Crash, TwentyKillsLoseNothingAndHalveNothing) {
  const TempFolder folder;
  std::mt19937_64 random(7);
  AcknowledgedLog acknowledged;
  for (int round = 0; round < 20; ++round) {
    CrashWriter writer(folder.path(), acknowledged.next_number());
    writer.wait_for_lines(50 + random() % 800);
    usleep(static_cast<unsigned>(random() % 20'000));  // the moment of the kill is what varies
    const std::string said = writer.end();
    ASSERT_TRUE(writer.was_killed()) << "the writer ended by itself";
    ASSERT_EQ(acknowledged.add(said), "");
    ASSERT_GT(acknowledged.count(), 0u);
    ASSERT_EQ(acknowledged.check(*open_log({.path = folder.path(), .segment_events_max = 500})),
              "");
  }
}

}  // namespace
}  // namespace courtside
