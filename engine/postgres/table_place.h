// A place of a TableSource, "txid:position", as its two numbers. Threads: values.
#pragma once

#include <cstdint>
#include <limits>
#include <string>

#include "base/result.h"

namespace courtside {

// By default before every row, whatever its numbers.
struct TablePlace {
  std::int64_t txid = std::numeric_limits<std::int64_t>::min();
  std::int64_t position = std::numeric_limits<std::int64_t>::min();
};

// The empty text is the default place. data_corrupt when the text is not a place.
Result<TablePlace> parse_table_place(const std::string& text);

}  // namespace courtside
