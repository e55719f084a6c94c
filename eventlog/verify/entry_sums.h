// Compares two sets of entries without storing either: for each stretch of offsets it keeps the sum
// of a hash of every entry (what, offset). Sums do not depend on the order of entries, so postings
// that are read by term can be compared with records that are read by offset.
//
// Equal sums mean equal entries, except with a probability of 2^-64; the seed is secret, so that no
// log can be made to fool it. Different sums show which stretch to examine. Threads: a value.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "eventlog/byte_hash.h"
#include "schema/position.h"

namespace courtside {

class EntrySums {
 public:
  // Covers the offsets in `range`; others are ignored. Only sums made with the same arguments can
  // be compared.
  EntrySums(OffsetRange range, std::uint64_t stretch_offsets, std::uint64_t seed)
      : range_(range),
        stretch_(stretch_offsets),
        seed_(seed),
        sums_(static_cast<std::size_t>((range.count() + stretch_offsets - 1) / stretch_offsets)) {}

  // The hash of an entry's first part, for terms that have many offsets.
  std::uint64_t hash(std::string_view what) const { return hash_bytes(what, seed_); }

  void add(std::uint64_t what_hash, Offset offset) {
    if (!range_.contains(offset)) return;
    const std::uint64_t from_begin = offset.value() - range_.begin.value();
    Sum& sum = sums_[static_cast<std::size_t>(from_begin / stretch_)];
    sum.hash += byte_hash::mix(what_hash ^ seed_, offset.value() * 2 + 1 + (seed_ << 1));
    ++sum.count;
  }

  // The first stretch that differs.
  std::optional<OffsetRange> first_difference(const EntrySums& other) const {
    for (std::size_t i = 0; i < sums_.size(); ++i) {
      const Sum& a = sums_[i];
      const Sum& b = other.sums_[i];
      if (a.hash == b.hash && a.count == b.count) continue;
      const Offset begin(range_.begin.value() + i * stretch_);
      return OffsetRange{begin, Offset(std::min(begin.value() + stretch_, range_.end.value()))};
    }
    return std::nullopt;
  }

 private:
  struct Sum {
    std::uint64_t hash = 0;
    std::uint64_t count = 0;
  };
  OffsetRange range_;
  std::uint64_t stretch_;
  std::uint64_t seed_;
  std::vector<Sum> sums_;
};

}  // namespace courtside
