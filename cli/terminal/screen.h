// What a table may use of the terminal that stdout is. Threads: any; a value.
#pragma once

#include <cstddef>
#include <string>

namespace courtside {

struct Screen {
  std::size_t columns = 0;  // 0: no limit, as in a file or a pipe
  bool color = false;
};

// How wide the terminal of this descriptor is: by the terminal, else by `variable` (COLUMNS), else
// 80. 0 where it is no terminal.
std::size_t terminal_columns(int descriptor, const std::string& variable);

}  // namespace courtside
