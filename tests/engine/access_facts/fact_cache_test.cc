// Goal: an answer is used as long as it may be and no longer, one load serves all waiters, and a
// forgotten answer is never returned.
#include "engine/access/fact_cache.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "tests/engine/access_facts/fake_source.h"

namespace courtside {
namespace {

const FactKey kOne{FactKind::kBooking, "one"};
const FactKey kTwo{FactKind::kBooking, "two"};
const FactKey kThree{FactKind::kBooking, "three"};

std::string describe(const SharedFact& fact) {
  if (fact == nullptr) return "unknown";
  const auto* booking = std::get_if<BookingFact>(fact.get());
  return booking == nullptr ? "nothing" : booking->account_id;
}

class FactCacheTest : public testing::Test {
 protected:
  std::string find(const FactKey& key) { return describe(cache_.find(key)); }

  // Returns the index of the answer in told_.
  std::size_t get(const FactKey& key) {
    const std::size_t index = told_.size();
    told_.emplace_back("waiting");
    cache_.get(key, [this, index](const Result<SharedFact>& fact) {
      EXPECT_EQ(told_[index], "waiting") << "answered twice";
      told_[index] = fact ? describe(*fact) : std::string(info(fact.error().code).name);
    });
    return index;
  }

  // get(); if the source is asked, it answers at once.
  std::string loaded(const FactKey& key, const Result<Fact>& answer) {
    const std::size_t index = get(key);
    if (!source_.pending.empty()) source_.answer(answer);
    return told_[index];
  }

  static Config::Database limits() {
    Config::Database limits;
    limits.cache_ms = 100;
    limits.cache_down_ms = 500;
    limits.cache_entries = 2;
    return limits;
  }

  std::uint64_t now_ms_ = 1'000'000;
  FakeSource source_;
  FactCache cache_{limits(), {nullptr, &source_, &source_, nullptr}, [this] { return now_ms_; }};
  std::vector<std::string> told_;
};

TEST_F(FactCacheTest, AnswersFromWhatItKnowsUntilItIsTooOld) {
  EXPECT_EQ(find(kOne), "unknown");
  EXPECT_EQ(loaded(kOne, booking("ann")), "ann");
  now_ms_ += 100;
  EXPECT_EQ(find(kOne), "ann");
  EXPECT_EQ(loaded(kOne, booking("bob")), "ann");
  now_ms_ += 1;
  EXPECT_EQ(find(kOne), "unknown");
  EXPECT_EQ(loaded(kOne, booking("bob")), "bob");
  EXPECT_EQ(find(kOne), "bob");
}

TEST_F(FactCacheTest, CountsAnAnswersAgeFromTheQuestion) {
  get(kOne);
  now_ms_ += 60;
  source_.answer(booking("ann"));
  now_ms_ += 40;
  EXPECT_EQ(find(kOne), "ann");
  now_ms_ += 1;
  EXPECT_EQ(find(kOne), "unknown");
}

TEST_F(FactCacheTest, LoadsAKeyOnceForAllWhoWait) {
  get(kOne);
  get(kOne);
  get(kTwo);
  ASSERT_EQ(source_.pending.size(), 2u);
  source_.answer(booking("ann"));
  EXPECT_EQ(told_, (std::vector<std::string>{"ann", "ann", "waiting"}));
  source_.answer(Fact{});
  EXPECT_EQ(told_[2], "nothing");
}

TEST_F(FactCacheTest, KeepsThatThereIsNoSuchThing) {
  EXPECT_EQ(loaded(kOne, Fact{}), "nothing");
  EXPECT_EQ(find(kOne), "nothing");
  EXPECT_EQ(loaded(kOne, booking("ann")), "nothing");
}

TEST_F(FactCacheTest, HasNothingOfAKindWithoutASource) {
  const FactKey ticket{FactKind::kTicket, "one"};
  EXPECT_EQ(find(ticket), "nothing");
  get(ticket);
  EXPECT_EQ(told_[0], "nothing");
  cache_.forget(ticket);
}

TEST_F(FactCacheTest, KeepsTheKindsApart) {
  EXPECT_EQ(loaded(kOne, booking("ann")), "ann");
  EXPECT_EQ(find({FactKind::kRoom, "one"}), "unknown");
}

TEST_F(FactCacheTest, AnswersWithTheLastKnownWhileTheSourceFails) {
  EXPECT_EQ(loaded(kOne, booking("ann")), "ann");
  now_ms_ += 500;
  get(kOne);
  source_.fail_one();
  EXPECT_EQ(told_[1], "ann");
  EXPECT_EQ(find(kOne), "unknown");  // It is usable, but the source is asked each time.
  now_ms_ += 1;
  get(kOne);
  source_.fail_one();
  EXPECT_EQ(told_[2], "overloaded");
  EXPECT_EQ(loaded(kOne, booking("bob")), "bob");
}

TEST_F(FactCacheTest, GrantsNothingWhereItNeverHadAnAnswer) {
  get(kOne);
  get(kOne);
  source_.fail_one();
  EXPECT_EQ(told_, (std::vector<std::string>{"overloaded", "overloaded"}));
  EXPECT_EQ(find(kOne), "unknown");
}

TEST_F(FactCacheTest, WhatWasForgottenCountsNoMoreNotEvenWhileTheSourceFails) {
  EXPECT_EQ(loaded(kOne, booking("ann")), "ann");
  cache_.forget(kOne);
  EXPECT_EQ(find(kOne), "unknown");
  get(kOne);
  source_.fail_one();
  EXPECT_EQ(told_[1], "overloaded");
}

TEST_F(FactCacheTest, ALoadUnderWayWhenItIsForgottenSatisfiesNobody) {
  get(kOne);
  cache_.forget(kOne);
  get(kOne);  // joins, and waits for the new load, too
  ASSERT_EQ(source_.pending.size(), 1u);
  source_.answer(booking("before"));
  EXPECT_EQ(told_, (std::vector<std::string>{"waiting", "waiting"}));
  EXPECT_EQ(find(kOne), "unknown");
  ASSERT_EQ(source_.pending.size(), 1u);
  source_.answer(booking("after"));
  EXPECT_EQ(told_, (std::vector<std::string>{"after", "after"}));
}

TEST_F(FactCacheTest, AForgottenLoadThatFailsIsLoadedAgainToo) {
  EXPECT_EQ(loaded(kOne, booking("ann")), "ann");
  now_ms_ += 101;
  get(kOne);
  cache_.forget(kOne);
  source_.fail_one();
  EXPECT_EQ(told_[1], "waiting");
  source_.fail_one();
  EXPECT_EQ(told_[1], "overloaded");
}

TEST_F(FactCacheTest, AKeyForgottenDuringEveryLoadIsRefused) {
  get(kOne);
  for (int round = 0; round < 3; ++round) {
    cache_.forget(kOne);
    cache_.forget(kOne);
    ASSERT_EQ(source_.pending.size(), 1u);
    EXPECT_EQ(told_[0], "waiting");
    source_.answer(booking("ann"));
  }
  EXPECT_EQ(told_[0], "overloaded");
  EXPECT_TRUE(source_.pending.empty());
  EXPECT_EQ(find(kOne), "unknown");
}

TEST_F(FactCacheTest, DropsWhatWasNotAskedForLongest) {
  EXPECT_EQ(loaded(kOne, booking("ann")), "ann");
  EXPECT_EQ(loaded(kTwo, booking("bob")), "bob");
  EXPECT_EQ(find(kOne), "ann");
  EXPECT_EQ(loaded(kThree, booking("cy")), "cy");
  EXPECT_EQ(find(kTwo), "unknown");
  EXPECT_EQ(find(kOne), "ann");
  EXPECT_EQ(find(kThree), "cy");
  EXPECT_EQ(cache_.counters().entries, 2u);
}

TEST_F(FactCacheTest, CountsWhatItDid) {
  EXPECT_EQ(loaded(kOne, booking("ann")), "ann");  // a miss
  EXPECT_EQ(find(kOne), "ann");                    // a hit
  EXPECT_EQ(loaded(kOne, booking("ann")), "ann");  // a hit
  now_ms_ += 101;
  EXPECT_EQ(find(kOne), "unknown");  // neither: find() is not counted
  get(kOne);                         // a miss
  source_.fail_one();                // a failure, answered with a stale entry
  get(kTwo);                         // a miss
  source_.fail_one();                // a failure
  const FactCache::Counters counted = cache_.counters();
  EXPECT_EQ(counted.hits, 2u);
  EXPECT_EQ(counted.misses, 3u);
  EXPECT_EQ(counted.stale, 1u);
  EXPECT_EQ(counted.failures, 2u);
  EXPECT_EQ(counted.entries, 1u);
}

// Answers at once with the current count of `world`.
class CountingSource : public FactSource {
 public:
  void load(const FactKey&, std::function<void(Result<Fact>)> done) override {
    const std::string seen = std::to_string(world.load());
    std::this_thread::yield();
    done(booking(seen));
  }
  std::atomic<std::uint64_t> world{0};
};

TEST(FactCacheThreads, NobodyIsToldWhatWasForgottenBeforeHeAsked) {
  CountingSource source;
  FactCache cache({}, {nullptr, &source, nullptr, nullptr}, [] { return std::uint64_t{1}; });
  std::atomic<std::uint64_t> forgotten{0};
  std::atomic<bool> stop{false};
  std::atomic<std::uint64_t> answers{0};
  std::vector<std::thread> readers;
  for (int i = 0; i < 3; ++i) {
    readers.emplace_back([&] {
      while (!stop) {
        const std::uint64_t least = forgotten;
        cache.get(kOne, [least, &answers](const Result<SharedFact>& fact) {
          ++answers;
          if (!fact) return;  // forgotten during too many loads
          EXPECT_GE(std::stoull(std::get<BookingFact>(**fact).account_id), least);
        });
      }
    });
  }
  for (std::uint64_t change = 1; change <= 2000 || answers < 2000; ++change) {
    source.world = change;
    cache.forget(kOne);
    forgotten = change;
  }
  stop = true;
  for (std::thread& reader : readers) reader.join();
}

}  // namespace
}  // namespace courtside
