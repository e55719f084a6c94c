// Goal: in every schedule of appends, commits, reads, cuts, slow sockets and retention, each client
// gets exactly the events of its channels, once, in order, less what it was told is gone; none
// behind the end of its right; and a mistake of one offset at the hand-off is found.
//
//   COURTSIDE_SIMULATION_SCHEDULES=10000000 simulation_test     the long form
//   COURTSIDE_SIMULATION_SEED=4711 simulation_test              one schedule again
#include <gtest/gtest.h>

#include <iostream>
#include <string>

#include "tests/simulation/hub_world.h"
#include "tests/simulation/schedules.h"

namespace courtside::simulation {
namespace {

constexpr std::size_t kUsualOperations = 120;

TEST(Simulation, NoScheduleLosesDoublesOrReordersAnEvent) {
  const auto [first, end] = schedules_from_environment(100'000);
  const std::uint64_t schedules = end - first;
  HubWorldCounters total;
  for (std::uint64_t seed = first; seed < end; ++seed) {
    HubWorld world(seed);
    const std::string wrong = world.run(kUsualOperations);
    ASSERT_EQ(wrong, "") << "COURTSIDE_SIMULATION_SEED=" << seed;
    total += world.counters();
  }
  std::cout << schedules << " schedules: " << total.committed << " events, " << total.duplicates
            << " duplicates, " << total.conflicts << " conflicts, " << total.dropped
            << " dropped; clients got " << total.clients.events << " (" << total.delivered_live
            << " sent live, " << total.replayed << " from pages), " << total.clients.batches
            << " blocks of batches, " << total.clients.gaps << " gaps, fell behind "
            << total.clients.behinds << " times, resumed " << total.resumes << " times ("
            << total.ahead << " ahead of their hub), " << total.failed_reads << " reads failed, "
            << total.cut_while_sent_to << " cut while sent to, " << total.suspended
            << " stood still, " << total.ended << " of them for good\n";
  if (schedules == 1) return;
  // Everything that is to be simulated did happen, and often.
  EXPECT_GT(total.committed, 10 * schedules);
  EXPECT_GT(total.duplicates, schedules / 10);
  EXPECT_GT(total.conflicts, schedules / 10);
  EXPECT_GT(total.dropped, schedules);
  EXPECT_GT(total.clients.events, 5 * schedules);
  EXPECT_GT(total.clients.batches, schedules);
  EXPECT_GT(total.delivered_live, schedules);
  EXPECT_GT(total.replayed, schedules);
  EXPECT_GT(total.clients.gaps, schedules / 10);
  EXPECT_GT(total.clients.behinds, schedules / 10);
  EXPECT_GT(total.resumes, schedules / 10);
  EXPECT_GT(total.ahead, schedules / 1'000);
  EXPECT_GT(total.failed_reads, schedules / 100);
  EXPECT_GT(total.cut_while_sent_to, schedules / 100);
  EXPECT_GT(total.suspended, schedules / 10);
  EXPECT_GT(total.ended, schedules / 100);
}

TEST(Simulation, ASeedIsASchedule) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    HubWorld first(seed);
    HubWorld second(seed);
    EXPECT_EQ(first.run(kUsualOperations), second.run(kUsualOperations));
    EXPECT_EQ(first.digest(), second.digest());
  }
}

// How many schedules it takes to find the mistake; a large number when it is not found.
std::uint64_t schedules_to_find(Planted planted, std::string& complaint) {
  constexpr std::uint64_t kSchedulesMax = 5'000;
  for (std::uint64_t seed = 1; seed <= kSchedulesMax; ++seed) {
    HubWorld world(seed, planted);
    complaint = world.run(kUsualOperations);
    if (!complaint.empty()) return seed;
  }
  return kSchedulesMax + 1;
}

void expect_found(Planted planted, const std::string& as) {
  std::string complaint;
  const std::uint64_t schedules = schedules_to_find(planted, complaint);
  std::cout << "found after " << schedules << " schedules: " << complaint << "\n";
  EXPECT_LE(schedules, 5'000u);
  EXPECT_NE(complaint.find(as), std::string::npos) << complaint;
}

TEST(Planted, GoingLiveOneOffsetEarlyIsFound) { expect_found(Planted::kLiveOneEarly, "missing"); }

TEST(Planted, APageThatEndsOneShortIsFound) { expect_found(Planted::kPageOneShort, "twice"); }

TEST(Planted, AGapThatIsNotToldIsFound) { expect_found(Planted::kGapSwallowed, "missing"); }

TEST(Planted, AGapThatIsOneTooLongIsFound) { expect_found(Planted::kGapOneLonger, ""); }

TEST(Planted, AFalseGapIsFound) { expect_found(Planted::kFalseGap, "a false gap"); }

TEST(Planted, ARightThatEndsLateIsFound) { expect_found(Planted::kTurnLate, "end of its right"); }

}  // namespace
}  // namespace courtside::simulation
