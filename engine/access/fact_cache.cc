#include "engine/access/fact_cache.h"

#include <algorithm>
#include <utility>

#include "base/format.h"

namespace courtside {
namespace {

// A key that is forgotten during this many loads in a row fails: otherwise steady changes would
// keep its callers waiting forever.
constexpr std::size_t kRoundsMax = 3;

}  // namespace

FactCache::FactCache(const Config::Database& limits, const Sources& sources, Clock clock)
    : fresh_ms_(limits.cache_ms),
      stale_ms_(limits.cache_down_ms),
      entries_max_(std::max<std::size_t>(limits.cache_entries, 1)),
      sources_(sources),
      clock_(std::move(clock)) {}

SharedFact FactCache::find(const FactKey& key) {
  if (source_of(key) == nullptr) return nothing_;
  const std::lock_guard lock(mutex_);
  return fresh(key);
}

void FactCache::get(const FactKey& key, Done done) {
  SharedFact fact = find(key);
  if (fact == nullptr) {
    const std::lock_guard lock(mutex_);
    // Look again under the lock: the answer may have arrived meanwhile, and another load would be
    // wasted.
    fact = fresh(key);
    if (fact == nullptr) {
      ++counters_.misses;
      const auto [load, first] = loads_.try_emplace(key);
      load->second.waiters.push_back(std::move(done));
      if (!first) return;
      load->second.asked_ms = clock_();
    }
  }
  if (fact != nullptr) return done(std::move(fact));
  ask(key);
}

void FactCache::forget(const FactKey& key) {
  const std::lock_guard lock(mutex_);
  if (const auto load = loads_.find(key); load != loads_.end()) load->second.forgotten = true;
  const auto known = known_.find(key);
  if (known == known_.end()) return;
  recent_.erase(known->second.place);
  known_.erase(known);
}

FactCache::Counters FactCache::counters() const {
  const std::lock_guard lock(mutex_);
  Counters out = counters_;
  out.entries = known_.size();
  return out;
}

void FactCache::ask(const FactKey& key) {
  source_of(key)->load(key,
                       [this, key](Result<Fact> answer) { on_answer(key, std::move(answer)); });
}

void FactCache::on_answer(const FactKey& key, Result<Fact> answer) {
  std::vector<Done> waiters;
  Result<SharedFact> told = nothing_;
  {
    const std::lock_guard lock(mutex_);
    const auto load = loads_.find(key);
    if (!load->second.forgotten || load->second.rounds == kRoundsMax) {
      told = outcome(key, load->second, std::move(answer));
      waiters = std::move(load->second.waiters);
      loads_.erase(load);
    } else {
      // The running load is awaited first, so that a burst of forget() causes one new load, not
      // many.
      load->second.forgotten = false;
      load->second.asked_ms = clock_();
      ++load->second.rounds;
    }
  }
  if (waiters.empty()) return ask(key);  // a finished load has at least one waiter
  for (const Done& done : waiters) done(told);
}

SharedFact FactCache::fresh(const FactKey& key) {
  const auto known = known_.find(key);
  if (known == known_.end() || !is_within(known->second.asked_ms, fresh_ms_)) return nullptr;
  ++counters_.hits;
  recent_.splice(recent_.begin(), recent_, known->second.place);
  return known->second.fact;
}

Result<SharedFact> FactCache::outcome(const FactKey& key, const Load& load, Result<Fact> answer) {
  if (load.forgotten) {
    return fail(Code::overloaded,
                format("the facts about the {} change too fast: try again", name_of(key.kind)));
  }
  if (answer) {
    SharedFact fact = std::make_shared<const Fact>(*std::move(answer));
    keep(key, fact, load.asked_ms);
    return fact;
  }
  ++counters_.failures;
  const auto known = known_.find(key);
  if (known == known_.end() || !is_within(known->second.asked_ms, stale_ms_)) {
    return fail(std::move(answer.error()));
  }
  ++counters_.stale;
  recent_.splice(recent_.begin(), recent_, known->second.place);
  return known->second.fact;
}

void FactCache::keep(const FactKey& key, SharedFact fact, std::uint64_t asked_ms) {
  const auto [known, is_new] = known_.try_emplace(key);
  if (is_new) {
    known->second.place = recent_.insert(recent_.begin(), &known->first);
  } else {
    recent_.splice(recent_.begin(), recent_, known->second.place);
  }
  known->second.fact = std::move(fact);
  known->second.asked_ms = asked_ms;
  if (known_.size() <= entries_max_) return;
  const auto oldest = known_.find(*recent_.back());
  recent_.pop_back();
  known_.erase(oldest);
}

bool FactCache::is_within(std::uint64_t asked_ms, std::uint64_t age_ms) const {
  const std::uint64_t now_ms = clock_();
  return now_ms < asked_ms || now_ms - asked_ms <= age_ms;
}

}  // namespace courtside
