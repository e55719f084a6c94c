#include "base/check.h"

#include <cstdio>
#include <cstdlib>

namespace courtside {

void check_failed(const char* condition, const char* file, int line) {
  // Not through the logger: it may be what failed.
  std::fprintf(stderr, "%s:%d: check failed: %s\n", file, line, condition);
  std::abort();
}

}  // namespace courtside
