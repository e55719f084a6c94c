#include "schema/position.h"

#include <algorithm>
#include <charconv>

#include "base/ascii.h"

namespace courtside {
namespace {

bool is_epoch(std::string_view text) {
  const auto is_epoch_character = [](char c) { return (c >= 'a' && c <= 'z') || is_digit(c); };
  return !text.empty() && text.size() <= kEpochLengthMax &&
         std::all_of(text.begin(), text.end(), is_epoch_character);
}

constexpr std::size_t kSortableDigits = 20;  // of 2^64 - 1

// Each offset has one spelling in each form (no sign; leading zeros to a fixed length, or none), so
// positions of one form may be compared as text.
bool parse_offset(std::string_view text, bool is_sortable, Offset& offset) {
  if (text.empty() || !is_digit(text.front())) return false;
  if (is_sortable ? text.size() != kSortableDigits : text.front() == '0' && text.size() > 1) {
    return false;
  }
  std::uint64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stop != end) return false;
  offset = Offset(value);
  return true;
}

}  // namespace

Result<Position> parse_position(std::string_view text) {
  const std::size_t separator = text.find_first_of(":_");
  Position position;
  if (separator == std::string_view::npos || !is_epoch(text.substr(0, separator)) ||
      !parse_offset(text.substr(separator + 1), text[separator] == '_', position.offset)) {
    return fail(Code::bad_position, "a position is `epoch:offset`, as the server gave it");
  }
  position.epoch = text.substr(0, separator);
  return position;
}

std::string format_position(std::string_view epoch, Offset offset) {
  std::string text;
  text.reserve(epoch.size() + 1 + 20);
  text.append(epoch).push_back(':');
  text.append(std::to_string(offset.value()));
  return text;
}

std::string format_sortable_position(std::string_view epoch, Offset offset) {
  const std::string digits = std::to_string(offset.value());
  std::string text;
  text.reserve(epoch.size() + 1 + kSortableDigits);
  text.append(epoch).push_back('_');
  return text.append(kSortableDigits - digits.size(), '0').append(digits);
}

}  // namespace courtside
