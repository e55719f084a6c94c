// Snapshots in memory, with least-recently-used eviction, and their encoding for the store on disk.
// Threads: any.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/hash.h"
#include "schema/position.h"

namespace courtside {

// A state, and what is needed to continue from it.
struct StateSnapshot {
  Offset through;             // the subject has no event after last_event up to here
  Offset last_event;          // the last event that was read
  Offset last_shown;          // the last one that the view shows; 0: none
  std::uint64_t version = 0;  // of last_event
  std::uint64_t folded_from = 0;
  std::string text = {};    // StateFold::text()
  std::string memory = {};  // StateFold::memory()
};

// Without `through`: after decoding it is last_event, because only the process that read the log
// knows more.
std::string encode(const StateSnapshot& snapshot);
std::optional<StateSnapshot> decode_snapshot(std::string_view bytes);

class StateCache {
 public:
  explicit StateCache(std::size_t bytes_max) : bytes_max_(bytes_max) {}

  // The latest snapshot of this key whose last event is at or before `at`.
  std::optional<StateSnapshot> find(const Hash128& key, Offset at);
  void put(const Hash128& key, StateSnapshot snapshot);

  std::size_t size_bytes() const;

 private:
  using Key = std::pair<Hash128, Offset>;  // the snapshot's key and its last event
  struct Entry {
    StateSnapshot snapshot;
    std::list<Key>::iterator use;
  };
  static std::size_t cost(const StateSnapshot& snapshot) {
    return snapshot.text.size() + snapshot.memory.size() + 256;
  }

  const std::size_t bytes_max_;
  mutable std::mutex mutex_;
  std::map<Key, Entry> entries_;
  std::list<Key> uses_;  // most recent first
  std::size_t bytes_ = 0;
};

}  // namespace courtside
