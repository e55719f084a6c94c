// Caches the answers of the fact sources.
//
// An answer is fresh for cache_ms after its source was asked; after that the source is asked again.
// While the source fails, an old answer is used until cache_down_ms after it was asked for. Later,
// or without any old answer, the caller gets the source's error: no answer, no grant. "Does not
// exist" (monostate) is an answer like any other.
//
// At most cache_entries answers are kept; the least recently used goes first. Each key has at most
// one load at a time, however many callers wait for it. The source bounds the number of concurrent
// loads (it returns overloaded); the callers bound the number of waiters.
//
// A kind without a source always answers monostate, and the rules deny it.
//
// Threads: any; it has none of its own. `done` runs on the caller's or the source's thread, with no
// lock held. REQUIRES: all sources have answered before the cache is destroyed.
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
  using Sources = std::array<FactSource*, kFactKinds>;  // by FactKind; null: no source
  using Clock = std::function<std::uint64_t()>;         // steady, in milliseconds; any thread
  using Done = std::function<void(Result<SharedFact>)>;

  // Uses cache_ms, cache_down_ms and cache_entries (at least 1) of `limits`.
  FactCache(const Config::Database& limits, const Sources& sources, Clock clock);
  FactCache(const FactCache&) = delete;
  FactCache& operator=(const FactCache&) = delete;

  // The fresh fact; null when a get() is needed. Does not allocate.
  SharedFact find(const FactKey& key);

  // Calls `done` exactly once: at once when the fact is fresh, otherwise when the source has
  // answered.
  void get(const FactKey& key, Done done);

  // Discards what is known, also as a fallback while the source fails. Callers that wait for a
  // running load get the answer of a new one.
  void forget(const FactKey& key);

  struct Counters {
    std::uint64_t hits = 0;      // answered from a fresh entry
    std::uint64_t misses = 0;    // get() calls that waited for a source; find() never counts
    std::uint64_t stale = 0;     // failed loads for which an older answer was used
    std::uint64_t failures = 0;  // failed loads
    std::uint64_t entries = 0;   // entries now
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
  std::list<const FactKey*> recent_;  // keys of known_, most recently used first
  std::unordered_map<FactKey, Load, KeyHash> loads_;
  Counters counters_;
};

}  // namespace courtside
