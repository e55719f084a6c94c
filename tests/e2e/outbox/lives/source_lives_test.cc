// Goal: whatever happens to a source's database, and whichever offered remedy is applied, every
// committed row comes into the log exactly once, and no row is deleted unread.
//
// COURTSIDE_TEST_LIVES sets the number of lives (default 8), COURTSIDE_TEST_SEED the first seed.
// Even seeds use PostgreSQL 15, odd seeds PostgreSQL 18.
#include <gtest/gtest.h>

#include <cstdlib>

#include "tests/e2e/outbox/lives/life.h"
#include "tests/e2e/support/scale.h"

namespace courtside::e2e {
namespace {

std::uint64_t lives() {
  const char* chosen = std::getenv("COURTSIDE_TEST_LIVES");
  return chosen != nullptr ? std::strtoull(chosen, nullptr, 10) : 8;
}

TEST(SourceLives, EveryCommittedRowIsInTheLogOnceHoweverTheSourceLives) {
  Clusters clusters_15(PostgresRelease::k15);
  Clusters clusters_18(PostgresRelease::k18);
  LifeCounts counts;
  for (std::uint64_t life = 0; life < lives(); ++life) {
    const std::uint64_t number = seed() + life;
    SCOPED_TRACE("COURTSIDE_TEST_LIVES=1 COURTSIDE_TEST_SEED=" + std::to_string(number));
    Life one(number, number % 2 == 0 ? clusters_15 : clusters_18, counts);
    try {
      one.live();
    } catch (const Failure& failure) {
      FAIL() << failure.what() << "\n" << one.story();
    }
    if (testing::Test::HasFailure()) FAIL() << one.story();
  }
  std::printf("%s\n", counts.text().c_str());
}

}  // namespace
}  // namespace courtside::e2e
