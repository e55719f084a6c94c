// A hash table of subjects with a fixed number of slots, for walks over more subjects than fit into
// memory. When it is full it halves the range of hashes that it covers and leaves the rest to
// another walk.
//
//   SubjectSlots slots(count, seed);
//   do walk(slots); while (slots.begin_next());
//
// Threads: a value.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "eventlog/byte_hash.h"
#include "schema/position.h"

namespace courtside {

// What a walk over the records found about a subject.
struct SeenSubject {
  std::uint64_t hash = 0;   // 0: a free slot
  std::uint64_t check = 0;  // another hash, so that two subjects are never confused
  std::uint64_t first_version = 0;
  Offset first;  // the offset of first_version
  std::uint64_t version = 0;
  Offset last;
  bool is_matched = false;
};

class SubjectSlots {
 public:
  // REQUIRES: `slots` is a power of two, at least 4.
  SubjectSlots(std::size_t slots, std::uint64_t seed) : slots_(slots), seed_(seed) {}

  bool covers(std::string_view subject) const { return is_covered(hash_of(subject)); }

  // Null when the subject is absent. REQUIRES: covers(subject).
  SeenSubject* find(std::string_view subject) {
    SeenSubject& slot = probe(hash_of(subject), check_of(subject));
    return slot.hash == 0 ? nullptr : &slot;
  }

  // The subject's slot, a new one if it is absent; null when the subject is not (or no longer)
  // covered.
  SeenSubject* insert(std::string_view subject) {
    const std::uint64_t hash = hash_of(subject);
    if (!is_covered(hash)) return nullptr;
    const std::uint64_t check = check_of(subject);
    SeenSubject* slot = &probe(hash, check);
    if (slot->hash != 0) return slot;
    while ((size_ + 1) * 4 > slots_.size() * 3) {
      cover_less();
      if (!is_covered(hash)) return nullptr;
      slot = &probe(hash, check);
    }
    ++size_;
    slot->hash = hash;
    slot->check = check;
    return slot;
  }

  // Empties the table and covers the next part of the hashes. False when there is none.
  bool begin_next() {
    if (last_ == kHashMax) return false;
    const std::uint64_t width = last_ - first_;
    first_ = last_ + 1;
    last_ = kHashMax - first_ < width ? kHashMax : first_ + width;
    clear();
    return true;
  }

  template <typename Visit>
  void for_each(Visit&& visit) const {
    for (const SeenSubject& slot : slots_) {
      if (slot.hash != 0) visit(slot);
    }
  }

 private:
  static constexpr std::uint64_t kHashMax = UINT64_MAX;

  std::uint64_t hash_of(std::string_view subject) const {
    const std::uint64_t hash = hash_bytes(subject, seed_);
    return hash == 0 ? 1 : hash;
  }
  std::uint64_t check_of(std::string_view subject) const { return hash_bytes(subject, ~seed_); }
  bool is_covered(std::uint64_t hash) const { return first_ <= hash && hash <= last_; }

  // The subject's slot, or the free one where it belongs.
  SeenSubject& probe(std::uint64_t hash, std::uint64_t check) {
    const std::size_t mask = slots_.size() - 1;
    std::size_t index = static_cast<std::size_t>(hash) & mask;
    while (slots_[index].hash != 0 &&
           (slots_[index].hash != hash || slots_[index].check != check)) {
      index = (index + 1) & mask;
    }
    return slots_[index];
  }

  void clear() {
    slots_.assign(slots_.size(), SeenSubject());
    size_ = 0;
  }

  void cover_less() {
    last_ = first_ + (last_ - first_) / 2;
    std::vector<SeenSubject> kept;
    for_each([&](const SeenSubject& slot) {
      if (is_covered(slot.hash)) kept.push_back(slot);
    });
    clear();
    for (const SeenSubject& slot : kept) probe(slot.hash, slot.check) = slot;
    size_ = kept.size();
  }

  std::vector<SeenSubject> slots_;
  std::size_t size_ = 0;
  std::uint64_t seed_;
  std::uint64_t first_ = 0;  // the covered hashes, both ends included
  std::uint64_t last_ = kHashMax;
};

}  // namespace courtside
