// The options of a verification. Threads: a value.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "eventlog/progress.h"

namespace courtside {

struct VerifyOptions {
  std::string path;
  Progress progress = {};  // may be empty
  // The number of slots of the subject table, a power of two; and the number of offsets in a
  // stretch, which is examined entry by entry once its sums differ. Tests make them small.
  std::size_t subject_slots = std::size_t{1} << 20;
  std::uint64_t stretch_offsets = 4096;
};

}  // namespace courtside
