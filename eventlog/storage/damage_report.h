// Counts the reads that found damage on the disk. Damage is never skipped: each such read is
// answered with an error. The log says it once for each message.
//
// Threads: any.
#pragma once

#include <cstdint>
#include <mutex>
#include <set>
#include <string>

#include "base/error.h"

namespace courtside {

class DamageReport {
 public:
  // Counts the error if it is damage (data_corrupt).
  void add(const Error& error);

  std::uint64_t count() const;
  // The first damage found; empty when there was none.
  std::string first() const;

 private:
  // More distinct messages than this are counted, and not logged.
  static constexpr std::size_t kLoggedMax = 100;

  mutable std::mutex mutex_;
  std::uint64_t count_ = 0;
  std::string first_;
  std::set<std::string> logged_;
};

}  // namespace courtside
