// Goal: in any order of requests, answers, changes and forget() calls the cache behaves like a
// plain list of answers.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>

#include "tests/engine/access_facts/fake_source.h"

namespace courtside {
namespace {

constexpr std::uint64_t kFreshMs = 50;
constexpr std::uint64_t kStaleMs = 200;
constexpr std::size_t kEntriesMax = 4;

struct Answer {
  std::string version;
  std::uint64_t asked_ms = 0;
};

// The plain list, most recently used first.
class Model {
 public:
  Answer* find(const FactKey& key) {
    const auto at = place(key);
    return at == list_.end() ? nullptr : &at->second;
  }
  Answer* use(const FactKey& key) {
    const auto at = place(key);
    std::rotate(list_.begin(), at, at + 1);
    return &list_.front().second;
  }
  void keep(const FactKey& key, Answer answer) {
    forget(key);
    list_.insert(list_.begin(), {key, std::move(answer)});
    if (list_.size() > kEntriesMax) list_.pop_back();
  }
  void forget(const FactKey& key) {
    const auto at = place(key);
    if (at != list_.end()) list_.erase(at);
  }
  std::size_t size() const { return list_.size(); }

 private:
  std::vector<std::pair<FactKey, Answer>>::iterator place(const FactKey& key) {
    return std::find_if(list_.begin(), list_.end(),
                        [&](const auto& each) { return each.first == key; });
  }
  std::vector<std::pair<FactKey, Answer>> list_;
};

class Story {
 public:
  explicit Story(std::uint64_t seed) : random_(seed) {}

  void step() {
    const FactKey key{FactKind::kBooking, std::to_string(random_() % 7)};
    switch (random_() % 8) {
      case 0: now_ms_ += random_() % 80; break;
      case 1: ++world_; break;
      case 2: forget(key); break;
      case 3: find(key); break;
      case 4:
      case 5: get(key); break;
      default: answer();
    }
    ASSERT_EQ(cache_.counters().entries, model_.size());
  }

  void finish() {
    while (!source_.pending.empty()) answer();
    EXPECT_EQ(answered_, asked_);
  }

 private:
  struct Load {
    std::string version;  // of the world when the source was asked
    std::uint64_t asked_ms = 0;
    int rounds = 1;
    bool forgotten = false;
    std::size_t waiters = 0;
  };

  bool is_fresh(const FactKey& key) {
    const Answer* known = model_.find(key);
    return known != nullptr && now_ms_ - known->asked_ms <= kFreshMs;
  }

  void find(const FactKey& key) {
    const SharedFact fact = cache_.find(key);
    ASSERT_EQ(fact != nullptr, is_fresh(key));
    if (fact == nullptr) return;
    EXPECT_EQ(text(fact), model_.use(key)->version);
  }

  void get(const FactKey& key) {
    ++asked_;
    expected_ = "";
    if (is_fresh(key)) {
      expected_ = model_.use(key)->version;
    } else {
      const auto [load, first] = loads_.try_emplace(key);
      if (first) load->second.version = std::to_string(world_);
      if (first) load->second.asked_ms = now_ms_;
      ++load->second.waiters;
    }
    const std::size_t before = answered_;
    cache_.get(key, [this](const Result<SharedFact>& fact) {
      ++answered_;
      EXPECT_EQ(fact ? text(*fact) : "error", expected_);
    });
    EXPECT_EQ(answered_ - before, expected_.empty() ? 0u : 1u);
    EXPECT_EQ(source_.pending.size(), loads_.size());
  }

  void forget(const FactKey& key) {
    ++world_;
    model_.forget(key);
    if (const auto load = loads_.find(key); load != loads_.end()) load->second.forgotten = true;
    cache_.forget(key);
  }

  // The source answers or fails one of its loads, chosen at random.
  void answer() {
    if (source_.pending.empty()) return;
    std::swap(source_.pending.front(), source_.pending[random_() % source_.pending.size()]);
    const FactKey key = source_.pending.front().key;
    Load& load = loads_[key];
    const std::string version = load.version;
    const bool fails = random_() % 3 == 0;
    std::size_t answers = 0;
    if (load.forgotten && load.rounds < 3) {
      load = {std::to_string(world_), now_ms_, load.rounds + 1, false, load.waiters};
    } else {
      answers = load.waiters;
      expected_ = outcome(key, load, fails);
      loads_.erase(key);
    }
    const std::size_t before = answered_;
    if (fails) {
      source_.fail_one();
    } else {
      source_.answer(booking(version));
    }
    EXPECT_EQ(answered_ - before, answers);
  }

  std::string outcome(const FactKey& key, const Load& load, bool fails) {
    if (load.forgotten) return "error";
    if (!fails) {
      model_.keep(key, {load.version, load.asked_ms});
      return load.version;
    }
    const Answer* known = model_.find(key);
    if (known == nullptr || now_ms_ - known->asked_ms > kStaleMs) return "error";
    return model_.use(key)->version;
  }

  static std::string text(const SharedFact& fact) {
    return std::get<BookingFact>(*fact).account_id;
  }
  static Config::Database limits() {
    Config::Database limits;
    limits.cache_ms = kFreshMs;
    limits.cache_down_ms = kStaleMs;
    limits.cache_entries = kEntriesMax;
    return limits;
  }

  std::mt19937_64 random_;
  std::uint64_t now_ms_ = 1000;
  std::uint64_t world_ = 0;
  FakeSource source_;
  FactCache cache_{limits(), {nullptr, &source_, nullptr, nullptr}, [this] { return now_ms_; }};
  Model model_;
  std::map<FactKey, Load> loads_;
  std::string expected_;
  std::size_t asked_ = 0;
  std::size_t answered_ = 0;
};

TEST(FactCacheProperty, DoesWhatAPlainListDoes) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Story story(seed);
    for (int i = 0; i < 1000; ++i) {
      story.step();
      if (testing::Test::HasFailure()) return;
    }
    story.finish();
    if (testing::Test::HasFailure()) return;
  }
}

}  // namespace
}  // namespace courtside
