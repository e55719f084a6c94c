// Snapshots in memory, the least recently used going first, and the text of one as the store keeps
// it. Threads: any.
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

// A state, and what must be known to go on from it.
struct StateSnapshot {
  Offset through;             // no event of the subject lies behind its last one up to here
  Offset last_event;          // the last event that was looked at
  Offset last_shown;          // 0: none was
  std::uint64_t version = 0;  // of last_event
  std::uint64_t folded_from = 0;
  std::string text = {};    // as StateFold has it
  std::string memory = {};  // and its memory
};

// `through` is not among it: beyond last_event, only this process knows.
std::string encode(const StateSnapshot& snapshot);
std::optional<StateSnapshot> decode_snapshot(std::string_view bytes);

class StateCache {
 public:
  explicit StateCache(std::size_t bytes_max) : bytes_max_(bytes_max) {}

  // The last one of this key whose last event is at or before `at`.
  std::optional<StateSnapshot> find(const Hash128& key, Offset at);
  void put(const Hash128& key, StateSnapshot snapshot);

  std::size_t size_bytes() const;

 private:
  using Key = std::pair<Hash128, Offset>;  // and its last event
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
  std::list<Key> uses_;  // the latest first
  std::size_t bytes_ = 0;
};

}  // namespace courtside
