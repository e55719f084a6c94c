// Short notation for ranges of offsets.
#pragma once

#include <cstdint>

#include "schema/position.h"

namespace courtside {

inline OffsetRange range(std::uint64_t begin, std::uint64_t end) {
  return {Offset(begin), Offset(end)};
}

}  // namespace courtside
