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

// One offset has one spelling, so positions may be compared as text: no sign, no zeros in front.
bool parse_offset(std::string_view text, Offset& offset) {
  if (text.empty() || !is_digit(text.front())) return false;
  if (text.front() == '0' && text.size() > 1) return false;
  std::uint64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stop != end) return false;
  offset = Offset(value);
  return true;
}

}  // namespace

Result<Position> parse_position(std::string_view text) {
  const std::size_t colon = text.find(':');
  Position position;
  if (colon == std::string_view::npos || !is_epoch(text.substr(0, colon)) ||
      !parse_offset(text.substr(colon + 1), position.offset)) {
    return fail(Code::bad_position, "a position is `epoch:offset`, as the server gave it");
  }
  position.epoch = text.substr(0, colon);
  return position;
}

std::string format_position(std::string_view epoch, Offset offset) {
  std::string text;
  text.reserve(epoch.size() + 1 + 20);
  text.append(epoch).push_back(':');
  text.append(std::to_string(offset.value()));
  return text;
}

}  // namespace courtside
