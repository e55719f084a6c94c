// Goal: from the budget on new work is refused until there is clearly less memory in use, and freed
// memory is given back near the budget and after a burst, but not again and again in vain.
#include "engine/admission/memory_budget.h"

#include <gtest/gtest.h>

#include <string>

#include "engine/admission/admission.h"

namespace courtside {
namespace {

constexpr std::uint64_t kMiB = 1 << 20;
constexpr std::uint64_t kTickMs = 250;

class MemoryBudgetTest : public testing::Test {
 protected:
  // One figure after another, four times a second. "trim", "refuse" or "accept".
  std::string at(std::uint64_t mebibytes) {
    now_ms += kTickMs;
    if (budget.observe(mebibytes * kMiB, now_ms) == MemoryBudget::Advice::kTrim) return "trim";
    return state();
  }
  std::string trimmed_to(std::uint64_t mebibytes) {
    budget.on_trimmed(mebibytes * kMiB, now_ms);
    return state();
  }
  std::string state() const { return budget.is_exceeded() ? "refuse" : "accept"; }

  // How long the figure stays until the next trim; 0: longer than an hour.
  std::uint64_t ms_until_trim(std::uint64_t mebibytes) {
    constexpr std::uint64_t kHourMs = 3'600'000;
    const std::uint64_t begin_ms = now_ms;
    while (now_ms < begin_ms + kHourMs) {
      if (at(mebibytes) == "trim") return now_ms - begin_ms;
    }
    return 0;
  }

  MemoryBudget budget;
  std::uint64_t now_ms = 1'000'000;
};

TEST_F(MemoryBudgetTest, RefusesFromTheBudgetOnUntilAnEighthOfItIsFree) {
  budget.set_bytes(800 * kMiB);
  EXPECT_EQ(at(100), "accept");
  EXPECT_EQ(at(800), "trim") << "first what is free is given back";
  EXPECT_EQ(trimmed_to(800), "refuse");
  EXPECT_EQ(at(799), "refuse");
  EXPECT_EQ(at(700), "refuse");
  EXPECT_EQ(at(699), "accept");
  EXPECT_EQ(at(799), "accept");
}

TEST_F(MemoryBudgetTest, FreedMemoryIsNoReasonToRefuse) {
  budget.set_bytes(800 * kMiB);
  EXPECT_EQ(at(900), "trim");
  EXPECT_EQ(state(), "accept");
  EXPECT_EQ(trimmed_to(200), "accept");
  EXPECT_EQ(budget.trims(), 1u);
}

TEST_F(MemoryBudgetTest, ChangesWhileTheServerRuns) {
  budget.set_bytes(800 * kMiB);
  EXPECT_EQ(at(500), "accept");
  budget.set_bytes(400 * kMiB);
  EXPECT_EQ(at(500), "trim");
  EXPECT_EQ(trimmed_to(500), "refuse");
  budget.set_bytes(560 * kMiB);
  EXPECT_EQ(at(500), "accept") << "above seven eighths, but of another budget";
  budget.set_bytes(0);
  EXPECT_EQ(at(500), "accept") << "without a budget nothing is refused";
}

TEST_F(MemoryBudgetTest, NamesAndCountsWhatItRefuses) {
  budget.set_bytes(100 * kMiB);
  EXPECT_TRUE(budget.admit(NewWork::kHistory));
  EXPECT_EQ(at(100), "trim");
  EXPECT_EQ(trimmed_to(100), "refuse");
  const Result<void> refused = budget.admit(NewWork::kHistory);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::overloaded);
  EXPECT_EQ(refused.error().details, R"({"retryafter":5000})");
  EXPECT_FALSE(budget.admit(NewWork::kHistory));
  EXPECT_FALSE(budget.admit(NewWork::kBody));
  EXPECT_EQ(budget.refused(NewWork::kHistory), 2u);
  EXPECT_EQ(budget.refused(NewWork::kBody), 1u);
  EXPECT_EQ(budget.refused(NewWork::kConnection), 0u);
}

TEST_F(MemoryBudgetTest, NearTheBudgetItIsTrimmedOnceASecondWhileThatGivesSomethingBack) {
  budget.set_bytes(800 * kMiB);
  EXPECT_EQ(at(601), "trim");
  trimmed_to(590);
  EXPECT_EQ(ms_until_trim(602), MemoryBudget::kScarcePauseMs);
  trimmed_to(590);
  EXPECT_EQ(ms_until_trim(601), MemoryBudget::kScarcePauseMs);
  for (const std::uint64_t pause_ms : {2'000U, 4'000U, 8'000U, 16'000U, 16'000U}) {
    trimmed_to(601);
    EXPECT_EQ(ms_until_trim(601), pause_ms) << "in vain";
  }
  trimmed_to(590);
  EXPECT_EQ(ms_until_trim(601), MemoryBudget::kScarcePauseMs);
}

TEST_F(MemoryBudgetTest, SomeSecondsAfterABurstItIsTrimmed) {
  EXPECT_EQ(at(100), "accept");
  for (std::uint64_t mebibytes = 110; mebibytes <= 300; mebibytes += 2) at(mebibytes);
  EXPECT_EQ(ms_until_trim(300), MemoryBudget::kQuietMs);
  trimmed_to(104);
  EXPECT_EQ(ms_until_trim(110), 0u) << "that is no burst";
  EXPECT_EQ(at(300), "accept");
  EXPECT_EQ(ms_until_trim(300), MemoryBudget::kQuietMs);
}

TEST_F(MemoryBudgetTest, ABurstThatLastsIsLookedAtLessAndLessOften) {
  EXPECT_EQ(at(100), "accept");
  EXPECT_EQ(at(300), "accept");
  EXPECT_EQ(ms_until_trim(300), MemoryBudget::kQuietMs);
  for (const std::uint64_t pause_ms : {10'000U, 20'000U, 40'000U, 80'000U, 160'000U, 300'000U}) {
    trimmed_to(300);
    EXPECT_EQ(ms_until_trim(300), pause_ms);
  }
  trimmed_to(300);
  EXPECT_EQ(ms_until_trim(300), 0u) << "it is the server's own by now";
  EXPECT_EQ(at(400), "accept");
  EXPECT_EQ(ms_until_trim(400), MemoryBudget::kQuietMs) << "the next burst";
}

TEST_F(MemoryBudgetTest, WhatGrowsSlowlyIsNotTrimmedAllTheTime) {
  EXPECT_EQ(at(100), "accept");
  for (std::uint64_t mebibytes = 102; mebibytes < 400; mebibytes += 2) {
    for (std::uint64_t ms = 0; ms < 10'000; ms += kTickMs) {
      if (at(mebibytes) == "trim") trimmed_to(mebibytes);
    }
  }
  EXPECT_GT(budget.trims(), 0u);
  EXPECT_LT(budget.trims(), 60u) << "150 steps, 25 minutes";
}

constexpr std::uint64_t kMomentMs = 5'000'000;

// Fills the budget.
void exhaust(Admission& admission) {
  while (admission.memory().observe(admission.memory().bytes(), kMomentMs) ==
         MemoryBudget::Advice::kTrim) {
    admission.memory().on_trimmed(admission.memory().bytes(), kMomentMs);
  }
}

TEST(AdmissionMemory, WithoutMemoryNewWorkIsRefused) {
  const Identity anna{.kind = Identity::Kind::kAccount, .actor = "42"};
  Config config;
  config.limits.memory_bytes = 1 << 30;
  Admission admission(config, {});
  EXPECT_TRUE(admission.lease_body(anna, "192.0.2.1", 100));
  EXPECT_TRUE(admission.lease_history(anna, "192.0.2.1"));
  exhaust(admission);
  EXPECT_EQ(admission.lease_body(anna, "192.0.2.1", 100).error().code, Code::overloaded);
  EXPECT_EQ(admission.lease_history(anna, "192.0.2.1").error().code, Code::overloaded);
  EXPECT_TRUE(admission.take_publish(anna, "192.0.2.1", kMomentMs)) << "of an open session";
  config.limits.memory_bytes = 0;
  admission.apply(config, {});
  EXPECT_EQ(admission.memory().observe(1 << 30, kMomentMs), MemoryBudget::Advice::kNothing);
  EXPECT_TRUE(admission.lease_body(anna, "192.0.2.1", 100));
}

}  // namespace
}  // namespace courtside
