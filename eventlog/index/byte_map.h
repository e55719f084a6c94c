// A hash table from byte strings to values, without removal. An index segment needs no more, so an
// insertion is one probe and two appends (a node-based map costs an allocation and two more cache
// misses).
//
// Values do not move once inserted. Threads: none of its own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

#include "eventlog/byte_hash.h"

namespace courtside {

template <typename Value>
class ByteMap {
 public:
  struct Entry {
    std::string_view key;  // in the arena
    Value value{};
  };

  // A secret `seed` prevents chosen names that collide. `entries_expected` avoids pauses for
  // growing (5 ms at half a million entries).
  ByteMap(std::uint64_t seed, std::size_t entries_expected) : seed_(seed) {
    std::size_t slots = 64;
    while (slots * 2 < entries_expected * 3) slots *= 2;
    slots_.resize(slots);
  }

  std::size_t size() const { return size_; }

  // Approximate size in memory, without the values' own allocations.
  std::size_t size_bytes() const {
    return slots_.size() * sizeof(Slot) + pages_.size() * sizeof(Page) + arena_bytes_;
  }

  // Null when the key is absent.
  const Value* find(std::string_view key) const {
    const Slot& slot = slots_[probe(key, hash_of(key))];
    return slot.entry == 0 ? nullptr : &at(slot.entry - 1).value;
  }

  // The value of the key; a default one is inserted if the key is absent.
  Value& operator[](std::string_view key) { return insert(key, hash_of(key)); }

  // The same in two steps, for several keys at once: prepare() starts to fetch the key's slot into
  // the cache, so that the cache misses overlap.
  std::uint32_t prepare(std::string_view key) const {
    const std::uint32_t hash = hash_of(key);
    __builtin_prefetch(&slots_[hash & (slots_.size() - 1)], /*for writing=*/1);
    return hash;
  }
  // REQUIRES: `hash` is prepare(key).
  Value& insert(std::string_view key, std::uint32_t hash) {
    std::size_t index = probe(key, hash);
    if (slots_[index].entry != 0) return entry_at(slots_[index].entry - 1).value;
    if ((size_ + 1) * 3 > slots_.size() * 2) {
      grow();
      index = probe(key, hash);
    }
    if (size_ == pages_.size() * kPageEntries) pages_.push_back(std::make_unique<Page>());
    slots_[index] = {.hash = hash, .entry = static_cast<std::uint32_t>(++size_)};
    Entry& entry = entry_at(size_ - 1);
    entry.key = keep(key);
    return entry.value;
  }

  // The entries in the order of insertion. REQUIRES: index < size().
  const Entry& at(std::size_t index) const {
    return pages_[index / kPageEntries]->entries[index % kPageEntries];
  }

 private:
  static constexpr std::size_t kPageEntries = 256;
  static constexpr std::size_t kArenaBlockBytes = 64 * 1024;

  struct Page {
    Entry entries[kPageEntries];
  };
  // 8 bytes, so that a probe touches one cache line: the hash excludes almost all other keys.
  struct Slot {
    std::uint32_t hash = 0;
    std::uint32_t entry = 0;  // the entry's index + 1; 0: a free slot
  };

  std::uint32_t hash_of(std::string_view key) const {
    return static_cast<std::uint32_t>(hash_bytes(key, seed_));
  }

  Entry& entry_at(std::size_t index) {
    return pages_[index / kPageEntries]->entries[index % kPageEntries];
  }

  // The index of the key's slot, or of the free slot where it belongs.
  std::size_t probe(std::string_view key, std::uint32_t hash) const {
    const std::size_t mask = slots_.size() - 1;
    std::size_t index = hash & mask;
    while (slots_[index].entry != 0) {
      if (slots_[index].hash == hash && at(slots_[index].entry - 1).key == key) break;
      index = (index + 1) & mask;
    }
    return index;
  }

  void grow() {
    std::vector<Slot> old(slots_.size() * 2);
    old.swap(slots_);
    const std::size_t mask = slots_.size() - 1;
    for (const Slot& slot : old) {
      if (slot.entry == 0) continue;
      std::size_t index = slot.hash & mask;
      while (slots_[index].entry != 0) index = (index + 1) & mask;
      slots_[index] = slot;
    }
  }

  std::string_view keep(std::string_view key) {
    if (key.size() > arena_left_) {
      arena_left_ = key.size() > kArenaBlockBytes ? key.size() : kArenaBlockBytes;
      arena_.push_back(std::make_unique<char[]>(arena_left_));
      arena_bytes_ += arena_left_;
      arena_at_ = arena_.back().get();
    }
    if (!key.empty()) std::memcpy(arena_at_, key.data(), key.size());
    const std::string_view kept(arena_at_, key.size());
    arena_at_ += key.size();
    arena_left_ -= key.size();
    return kept;
  }

  std::uint64_t seed_;
  std::size_t size_ = 0;
  std::vector<Slot> slots_;  // a power of two, at most two thirds full
  std::vector<std::unique_ptr<Page>> pages_;
  std::vector<std::unique_ptr<char[]>> arena_;
  char* arena_at_ = nullptr;
  std::size_t arena_left_ = 0;
  std::size_t arena_bytes_ = 0;
};

}  // namespace courtside
