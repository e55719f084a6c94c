// Goal: in every schedule of a whole server (shards, connections, slow sockets, late reads, rights
// that change, servers that go down and come again) each client gets each event of its channels
// once and in order, each publish has at most one answer and stands in the log when it is
// acknowledged, and of whoever has gone nothing is left.
//
//   COURTSIDE_SIMULATION_SCHEDULES=1000000 simulation_test      the long form
//   COURTSIDE_SIMULATION_SEED=4711 simulation_test              one schedule again
#include <gtest/gtest.h>

#include <iostream>
#include <string>

#include "tests/simulation/schedules.h"
#include "tests/simulation/shard_world.h"

namespace courtside::simulation {
namespace {

constexpr std::size_t kOperationsOfAServer = 800;
constexpr std::uint64_t kCostOfAServer = 40;

struct ShardSimulation : ::testing::Test {
  static void SetUpTestSuite() { start_log(LogLevel::kError, /*json=*/false); }
};

TEST_F(ShardSimulation, EachEventOnceEachAnswerOnceAndNothingLeft) {
  const auto [first, end] = schedules_from_environment(2'500, kCostOfAServer);
  const std::uint64_t schedules = end - first;
  ShardWorldCounters total;
  for (std::uint64_t seed = first; seed < end; ++seed) {
    ShardWorld world(seed);
    const std::string wrong = world.run(kOperationsOfAServer);
    ASSERT_EQ(wrong, "") << "COURTSIDE_SIMULATION_SEED=" << seed;
    total += world.counters();
  }
  const ServerClientCounters& clients = total.clients;
  std::cout << schedules << " schedules: " << total.committed << " events, " << total.dropped
            << " drops, " << total.rights << " rights changed, " << total.reads << " reads, "
            << total.servers << " servers; " << total.cut << " connections cut, " << total.vanished
            << " vanished, " << total.turned_away << " turned away, " << clients.drained
            << " said goodbye to; clients got " << clients.events << " events (" << clients.streamed
            << " by streams), " << clients.gaps << " gaps, fell behind " << clients.behinds
            << " times, resumed " << clients.resumed << " times, " << clients.acknowledged
            << " publishes acknowledged (" << clients.duplicates << " repeats), " << clients.refused
            << " requests refused, " << clients.unsubscribed << " subscriptions ended\n";
  if (schedules == 1) return;
  // Everything that is to be simulated did happen, and often.
  EXPECT_GT(total.committed, 10 * schedules);
  EXPECT_GT(total.dropped, schedules);
  EXPECT_GT(total.rights, schedules / 2);
  EXPECT_GT(total.servers, schedules + schedules / 8);
  EXPECT_GT(total.cut, schedules / 2);
  EXPECT_GT(total.vanished, schedules / 2);
  EXPECT_GT(total.turned_away, schedules / 20);
  EXPECT_GT(clients.drained, schedules / 20);
  EXPECT_GT(clients.events, 20 * schedules);
  EXPECT_GT(clients.streamed, schedules);
  EXPECT_GT(clients.gaps, schedules / 20);
  EXPECT_GT(clients.behinds, schedules / 20);
  EXPECT_GT(clients.resumed, schedules / 2);
  EXPECT_GT(clients.acknowledged, 5 * schedules);
  EXPECT_GT(clients.duplicates, schedules / 20);
  EXPECT_GT(clients.refused, schedules / 20);
  EXPECT_GT(clients.unsubscribed, schedules / 50);
}

TEST_F(ShardSimulation, ASeedIsASchedule) {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    ShardWorld first(seed);
    ShardWorld second(seed);
    EXPECT_EQ(first.run(kOperationsOfAServer), second.run(kOperationsOfAServer));
    EXPECT_EQ(first.digest(), second.digest());
  }
}

// Sends that stick, a sequencer that is full, reads that fail, facts that nobody can tell, sockets
// that are refused: the Nth such call of a schedule fails, for each N that there is.
TEST_F(ShardSimulation, WhicheverCallFailsNothingIsLostAndNothingIsLeft) {
  constexpr std::size_t kOperations = 300;
  const auto [first, end] = schedules_from_environment(20, 5'000);
  for (std::uint64_t seed = first; seed < end; ++seed) {
    for (std::uint64_t failing = 1;; ++failing) {
      ShardWorld world(seed, Faults::nth(failing));
      const std::string wrong = world.run(kOperations);
      ASSERT_EQ(wrong, "") << "COURTSIDE_SIMULATION_SEED=" << seed << ", call " << failing;
      if (world.fallible_calls() < failing) break;
    }
  }
}

// Up to the moment when everybody has to come to rest: nobody waits for ever for what failed last.
TEST_F(ShardSimulation, WhatFailsAgainAndAgainIsAskedForAgain) {
  constexpr std::size_t kOperations = 300;
  const auto [first, end] = schedules_from_environment(1'000, 100);
  for (std::uint64_t seed = first; seed < end; ++seed) {
    ShardWorld world(seed, Faults::every(2 + seed % 9));
    const std::string wrong = world.run(kOperations);
    ASSERT_EQ(wrong, "") << "COURTSIDE_SIMULATION_SEED=" << seed;
  }
}

}  // namespace
}  // namespace courtside::simulation
