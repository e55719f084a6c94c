// Counts closed WebSockets by close code. A client may send any code from 3000 to 4999, so only the
// codes of RFC 6455 and of base/codes.def have a number of their own; all others share one.
//
// Threads: count() on one, total() on any.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace courtside {

class CloseCounts {
 public:
  // Ascending; 0, the first one, stands for all codes that are not in the list.
  static const std::vector<std::uint16_t>& codes();

  CloseCounts();

  void count(std::uint16_t code, bool by_client);
  // `index`: in codes().
  std::uint64_t total(std::size_t index, bool by_client) const;

 private:
  struct Pair {
    std::atomic<std::uint64_t> by_client{0};
    std::atomic<std::uint64_t> by_server{0};
  };
  std::unique_ptr<Pair[]> counts_;
};

}  // namespace courtside
