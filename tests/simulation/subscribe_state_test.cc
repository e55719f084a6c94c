// Goal: whatever is appended, dropped, answered late or cut in between, a subscription with `state`
// is told what its subjects are at one position, and then each event behind it, once: nothing is
// missing between the two, and nothing is in both. It is never refused: a subject whose events are
// gone is told as unknown.
//
//   COURTSIDE_SIMULATION_SCHEDULES=1000000 simulation_test --gtest_filter='SubscribeState.*'
//   COURTSIDE_SIMULATION_SEED=4711 simulation_test --gtest_filter='SubscribeState.*'
#include <gtest/gtest.h>

#include <iostream>
#include <string>

#include "tests/simulation/schedules.h"
#include "tests/simulation/state_world.h"

namespace courtside::simulation {
namespace {

constexpr std::size_t kStateOperations = 200;

TEST(SubscribeState, NoScheduleLosesOrDoublesAnEventBetweenStateAndTail) {
  const Schedules schedules = schedules_from_environment(2'000);
  StateCounters total;
  for (std::uint64_t seed = schedules.first; seed < schedules.end; ++seed) {
    StateWorld world(seed);
    ASSERT_EQ(world.run(kStateOperations), "") << "COURTSIDE_SIMULATION_SEED=" << seed;
    total += world.counters();
  }
  std::cout << schedules.count() << " schedules: " << total.subscribed << " subscriptions ("
            << total.resumed << " resumed), " << total.states << " states, " << total.events
            << " events behind them, " << total.gaps << " gaps, " << total.unknown << " unknown, "
            << total.left << " given up\n";
  if (schedules.count() == 1) return;
  // Everything that is to be simulated did happen, and often.
  EXPECT_GT(total.subscribed, 2 * schedules.count());
  EXPECT_GT(total.resumed, schedules.count() / 3);
  EXPECT_GT(total.states, 3 * schedules.count());
  EXPECT_GT(total.events, 20 * schedules.count());
  EXPECT_GT(total.gaps, schedules.count() / 100);
  EXPECT_GT(total.unknown, schedules.count() / 100);
  EXPECT_GT(total.left, schedules.count() / 100);
}

void expect_found(PlantedInState planted) {
  std::string complaint;
  std::uint64_t seed = 0;
  while (complaint.empty() && seed < 1'000) {
    StateWorld world(++seed, planted);
    complaint = world.run(kStateOperations);
  }
  std::cout << "found after " << seed << " schedules: " << complaint << "\n";
  EXPECT_NE(complaint, "");
}

TEST(PlantedInState, AStateThatLacksAnEventIsFound) {
  expect_found(PlantedInState::kStateOneEarly);
}

TEST(PlantedInState, AStateThatHasAnEventTooManyIsFound) {
  expect_found(PlantedInState::kStateOneLate);
}

TEST(PlantedInState, EventsThatBeginOneBehindTheStateAreFound) {
  expect_found(PlantedInState::kEventsOneLate);
}

}  // namespace
}  // namespace courtside::simulation
