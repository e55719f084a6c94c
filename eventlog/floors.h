// The offsets below which the log's data is no longer needed, for whoever removes it.
// Threads: see each.
#pragma once

#include <atomic>
#include <cstdint>

#include "schema/position.h"

namespace courtside {

// The offsets below which data is no longer needed.
struct Floors {
  Offset first_held;    // ids and postings that refer only to lower offsets are not needed
  Offset first_needed;  // records below it are not needed; never above first_held
};

// The same for RocksDB's compaction threads.
struct SharedFloors {
  std::atomic<std::uint64_t> first_held{0};
  std::atomic<std::uint64_t> first_needed{0};
};

}  // namespace courtside
