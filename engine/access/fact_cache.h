// What the sources of facts answered, kept for a while.
//
// An answer is fresh until cache_ms after its source was asked, and then asked for again. While the
// source fails, an answer counts until cache_down_ms after it was asked for; later, and where there
// never was one, the caller gets the source's error: nothing is granted without an answer. That
// there is no such thing (monostate) is an answer like any other.
//
// At most cache_entries answers are kept; the one that was not asked for longest goes first. A key
// is loaded once at a time, however many wait for it; how many loads there are at a time the
// source bounds (it answers overloaded), how many wait for one, those who call.
//
// A kind without a source has no things: it answers monostate, which the rules refuse.
//
// Threads: any; it has none. `done` is called on the caller's or on the source's, with no lock
// held. REQUIRES: the sources have answered everything before the cache goes.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <list>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "engine/access/fact.h"
#include "engine/config/config.h"

namespace courtside {

class FactCache {
 public:
  using Sources = std::array<FactSource*, kFactKinds>;  // by FactKind; null: there is none
  using Clock = std::function<std::uint64_t()>;         // steady, in milliseconds; any thread
  using Done = std::function<void(Result<SharedFact>)>;

  // Of `limits`: cache_ms, cache_down_ms and cache_entries (at least 1).
  FactCache(const Config::Database& limits, const Sources& sources, Clock clock);
  FactCache(const FactCache&) = delete;
  FactCache& operator=(const FactCache&) = delete;

  // What is known and fresh; null when it takes a get() to know. Allocates nothing.
  SharedFact find(const FactKey& key);

  // Answers exactly once: at once when the answer is fresh, else when the source has answered.
  void get(const FactKey& key, Done done);

  // What was known until now counts no more, not even while the source fails. Who waits for a load
  // that is under way gets the answer of a new one.
  void forget(const FactKey& key);

  struct Counters {
    std::uint64_t hits = 0;      // answered by what was fresh
    std::uint64_t misses = 0;    // gets that had to wait for a source; a find() in vain is none
    std::uint64_t stale = 0;     // loads that failed where an older answer still counted
    std::uint64_t failures = 0;  // loads that failed
    std::uint64_t entries = 0;   // kept now
  };
  Counters counters() const;

 private:
  struct Known {
    SharedFact fact;
    std::uint64_t asked_ms = 0;
    std::list<const FactKey*>::iterator place;  // in recent_
  };
  struct Load {
    std::uint64_t asked_ms = 0;
    std::size_t rounds = 1;
    bool forgotten = false;  // since the source was asked
    std::vector<Done> waiters;
  };
  struct KeyHash {
    std::size_t operator()(const FactKey& key) const {
      return std::hash<std::string>()(key.id) + static_cast<std::size_t>(key.kind);
    }
  };

  FactSource* source_of(const FactKey& key) const {
    return sources_[static_cast<std::size_t>(key.kind)];
  }
  void ask(const FactKey& key);
  void on_answer(const FactKey& key, Result<Fact> answer);

  // REQUIRES: mutex_ is held.
  SharedFact fresh(const FactKey& key);
  Result<SharedFact> outcome(const FactKey& key, const Load& load, Result<Fact> answer);
  void keep(const FactKey& key, SharedFact fact, std::uint64_t asked_ms);
  bool is_within(std::uint64_t asked_ms, std::uint64_t age_ms) const;

  const std::uint64_t fresh_ms_;
  const std::uint64_t stale_ms_;
  const std::size_t entries_max_;
  const Sources sources_;
  const Clock clock_;
  const SharedFact nothing_ = std::make_shared<const Fact>();

  mutable std::mutex mutex_;
  std::unordered_map<FactKey, Known, KeyHash> known_;
  std::list<const FactKey*> recent_;  // keys of known_, that asked for last in front
  std::unordered_map<FactKey, Load, KeyHash> loads_;
  Counters counters_;
};

}  // namespace courtside
