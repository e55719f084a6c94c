// Goal: a timer fires once, never early, at most a tick late, and not at all when cancelled.
#include "transport/timer_wheel.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>

namespace courtside {
namespace {

constexpr std::uint64_t kTick = kTimerTickMs;

TEST(TimerWheel, FiresInOrderOnceTheTimeHasCome) {
  TimerWheel wheel(1000);
  std::string fired;
  wheel.start(1000, 100, [&] { fired += "b"; });
  wheel.start(1000, 50, [&] { fired += "a"; });
  wheel.start(1000, 100, [&] { fired += "c"; });
  wheel.advance(1049);
  EXPECT_EQ(fired, "");
  wheel.advance(1050 + kTick);
  EXPECT_EQ(fired, "a");
  wheel.advance(5000);
  EXPECT_EQ(fired, "abc");
  wheel.advance(100'000);
  EXPECT_EQ(fired, "abc");
  EXPECT_EQ(wheel.size(), 0u);
  EXPECT_FALSE(wheel.next_ms());
}

TEST(TimerWheel, ATimerOfALaterRoundWaits) {
  TimerWheel wheel(0);
  bool fired = false;
  wheel.start(0, 75'000, [&] { fired = true; });
  std::uint64_t now = 0;
  while (!fired) {
    const auto next = wheel.next_ms();
    ASSERT_TRUE(next);
    ASSERT_GT(*next, now);
    now = *next;
    wheel.advance(now);
    ASSERT_EQ(fired, now >= 75'000);
  }
  EXPECT_LE(now, 75'000 + kTick);
}

TEST(TimerWheel, OneThatFiresMayStartAndCancelOthers) {
  TimerWheel wheel(0);
  std::string fired;
  TimerId victim;
  wheel.start(0, 10, [&] {
    fired += "a";
    wheel.cancel(victim);
    wheel.start(20, 0, [&] { fired += "c"; });
  });
  victim = wheel.start(0, 10, [&] { fired += "b"; });
  wheel.advance(kTick);
  EXPECT_EQ(fired, "a");
  wheel.advance(2 * kTick);
  EXPECT_EQ(fired, "ac");
}

TEST(TimerWheel, AnOldIdNeverCancelsTheNextTimerInItsPlace) {
  TimerWheel wheel(0);
  wheel.cancel(TimerId());
  const TimerId old = wheel.start(0, 10, [] { FAIL(); });
  wheel.cancel(old);
  bool fired = false;
  const TimerId fresh = wheel.start(0, 10, [&] { fired = true; });
  EXPECT_NE(old, fresh);
  wheel.cancel(old);
  wheel.advance(kTick);
  EXPECT_TRUE(fired);
  wheel.cancel(fresh);
}

TEST(TimerWheel, AgreesWithASortedListOverARandomLife) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  std::uint64_t now = random() % 1'000'000;
  TimerWheel wheel(now);
  std::map<TimerId, std::uint64_t> due;  // by id: the earliest time it may fire
  std::uint64_t before = now;
  for (int step = 0; step < 20'000; ++step) {
    if (random() % 2 == 0) {
      const std::uint64_t delay = random() % (random() % 4 == 0 ? 100'000 : 500);
      auto id = std::make_shared<TimerId>();
      *id = wheel.start(now, delay, [&, id] {
        ASSERT_TRUE(due.contains(*id));
        ASSERT_GE(now, due[*id]);                 // not early
        ASSERT_LT(before, due[*id] + 2 * kTick);  // not missed by the previous advance()
        due.erase(*id);
      });
      ASSERT_TRUE(due.emplace(*id, now + delay).second);
    } else if (!due.empty() && random() % 3 == 0) {
      wheel.cancel(due.begin()->first);
      due.erase(due.begin());
    } else {
      before = now;
      now += random() % (random() % 50 == 0 ? 30'000 : 100);
      wheel.advance(now);
    }
    ASSERT_EQ(wheel.size(), due.size());
  }
  before = now;
  now += 200'000;
  wheel.advance(now);
  EXPECT_TRUE(due.empty());
}

}  // namespace
}  // namespace courtside
