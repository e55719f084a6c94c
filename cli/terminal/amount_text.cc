#include "cli/terminal/amount_text.h"

#include <cstddef>
#include <cstdio>
#include <iterator>

#include "base/format.h"

namespace courtside {

std::string grouped(std::uint64_t number) {
  std::string out = std::to_string(number);
  for (std::size_t at = out.size(); at > 3;) out.insert(at -= 3, ",");
  return out;
}

std::string bytes_text(double bytes) {
  constexpr const char* kUnits[] = {"B", "KiB", "MiB", "GiB", "TiB"};
  std::size_t unit = 0;
  for (; bytes >= 1024 && unit + 1 < std::size(kUnits); ++unit) bytes /= 1024;
  char out[48];
  std::snprintf(out, sizeof out, unit == 0 ? "%.0f %s" : "%.1f %s", bytes, kUnits[unit]);
  return out;
}

std::string duration_text(double seconds) {
  char out[48];
  if (seconds < 120) {
    std::snprintf(out, sizeof out, "%.1f s", seconds);
  } else if (seconds < 7200) {
    std::snprintf(out, sizeof out, "%.0f min", seconds / 60);
  } else {
    std::snprintf(out, sizeof out, "%.1f h", seconds / 3600);
  }
  return out;
}

std::string count_text(std::uint64_t count, const std::string& noun) {
  return format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

std::string grouped_count_text(std::uint64_t count, const std::string& noun) {
  return format("{} {}{}", grouped(count), noun, count == 1 ? "" : "s");
}

}  // namespace courtside
