// Goal: connections get the descriptors that the server itself does not need, never more than the
// setting, and the log says which of the two it is.
#include "engine/server/descriptors.h"

#include <gtest/gtest.h>

namespace courtside {
namespace {

constexpr unsigned kCores = 2;

DescriptorPlan planned(std::uint64_t all, const Config& config = {}) {
  const Result<DescriptorPlan> plan = plan_descriptors(config, kCores, all);
  EXPECT_TRUE(plan) << all;
  return plan ? *plan : DescriptorPlan{};
}

TEST(Descriptors, WithEnoughOfThemTheSettingHolds) {
  const DescriptorPlan plan = planned(65'536);
  EXPECT_EQ(plan.connections, 20'000u);
  EXPECT_EQ(
      describe(plan, 20'000).text,
      "at most 20000 connections (limits.connections); the process may have 65536 open files");
  EXPECT_FALSE(describe(plan, 20'000).has_fewer);
}

TEST(Descriptors, WithFewOfThemMostAreForConnectionsAndTheLogSaysSo) {
  const DescriptorPlan plan = planned(1024);
  EXPECT_GT(plan.connections, 600u);
  const DescriptorNote note = describe(plan, 20'000);
  EXPECT_TRUE(note.has_fewer);
  EXPECT_NE(note.text.find("only 1024 open files (limits.connections is 20000)"), std::string::npos)
      << note.text;
}

TEST(Descriptors, ThePartsNeverExceedTheWhole) {
  Config large;
  large.shards = 64;
  large.database.url = "postgresql://";
  large.database.connections = 64;
  large.limits.connections = 1'000'000;
  for (const Config& config : {Config{}, large}) {
    for (const std::uint64_t all : {1'000u, 1'024u, 4'096u, 65'536u, 1'000'000u}) {
      const DescriptorPlan plan = planned(all, config);
      EXPECT_GE(plan.log_files, 20u);
      EXPECT_GE(plan.snapshot_files, 32u);
      EXPECT_GE(plan.connections, 16u);
      const std::uint64_t others = 64 + 8 * shard_count(config, kCores);
      EXPECT_LE(plan.log_files + plan.snapshot_files + plan.connections + others, all) << all;
    }
  }
  const DescriptorPlan unlimited = planned(~std::uint64_t{0});
  EXPECT_LE(unlimited.log_files, 4'000'000u);  // RocksDB counts in `int`
}

TEST(Descriptors, TooFewAreNamedWithWhatIsNeeded) {
  const Result<DescriptorPlan> refused = plan_descriptors({}, kCores, 139);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::bad_configuration);
  EXPECT_NE(refused.error().message.find("needs 140"), std::string::npos)
      << refused.error().message;
  EXPECT_EQ(planned(140).connections, 16u);
}

}  // namespace
}  // namespace courtside
