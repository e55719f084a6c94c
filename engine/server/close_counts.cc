#include "engine/server/close_counts.h"

#include <algorithm>
#include <set>

#include "base/error.h"

namespace courtside {

const std::vector<std::uint16_t>& CloseCounts::codes() {
  static const std::vector<std::uint16_t> all = [] {
    // RFC 6455, section 7.4.1, and 1012 to 1014 of IANA's registry.
    std::set<std::uint16_t> set = {0,    1000, 1001, 1002, 1003, 1005, 1006, 1007,
                                   1008, 1009, 1010, 1011, 1012, 1013, 1014};
    for (std::size_t i = 0; i < code_count(); ++i) {
      set.insert(static_cast<std::uint16_t>(code_at(i).close_code));
    }
    return std::vector<std::uint16_t>(set.begin(), set.end());
  }();
  return all;
}

CloseCounts::CloseCounts() : counts_(std::make_unique<Pair[]>(codes().size())) {}

void CloseCounts::count(std::uint16_t code, bool by_client) {
  const auto found = std::lower_bound(codes().begin(), codes().end(), code);
  const bool is_known = found != codes().end() && *found == code;
  Pair& pair = counts_[is_known ? static_cast<std::size_t>(found - codes().begin()) : 0];
  (by_client ? pair.by_client : pair.by_server).fetch_add(1, std::memory_order_relaxed);
}

std::uint64_t CloseCounts::total(std::size_t index, bool by_client) const {
  const Pair& pair = counts_[index];
  return (by_client ? pair.by_client : pair.by_server).load(std::memory_order_relaxed);
}

}  // namespace courtside
