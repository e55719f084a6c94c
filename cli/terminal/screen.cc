#include "cli/terminal/screen.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <charconv>

namespace courtside {
namespace {

constexpr std::size_t kColumnsUnknown = 80;
constexpr std::size_t kColumnsMax = 10'000;

}  // namespace

std::size_t terminal_columns(int descriptor, const std::string& variable) {
  if (isatty(descriptor) == 0) return 0;
  winsize size{};
  if (ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  std::size_t columns = 0;
  const char* const end = variable.data() + variable.size();
  const auto [stop, error] = std::from_chars(variable.data(), end, columns);
  const bool is_number = error == std::errc() && stop == end;
  return is_number && columns > 0 && columns <= kColumnsMax ? columns : kColumnsUnknown;
}

}  // namespace courtside
