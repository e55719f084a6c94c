#include <string>
#include <utility>

#include "base/ascii.h"
#include "schema/catalogue.h"

namespace courtside {
namespace {

// Lower case without separators: "checkedIn" and "checked-in" become "checkedin".
std::string folded(std::string_view name) {
  std::string text;
  for (const char c : name) {
    if (c == '_' || c == '-' || c == ' ') continue;
    text.push_back(to_lower(c));
  }
  return text;
}

// True when at most one letter is added, missing, changed, or swapped with the next.
bool is_one_letter_off(std::string_view a, std::string_view b) {
  if (a.size() > b.size()) std::swap(a, b);
  if (b.size() - a.size() > 1) return false;
  while (!a.empty() && a.front() == b.front()) a.remove_prefix(1), b.remove_prefix(1);
  while (!a.empty() && a.back() == b.back()) a.remove_suffix(1), b.remove_suffix(1);
  if (b.size() <= 1) return true;
  return a.size() == 2 && b.size() == 2 && a[0] == b[1] && a[1] == b[0];
}

// REQUIRES: `written` and `known` are folded.
bool is_probable_typo(std::string_view written, std::string_view known) {
  if (is_one_letter_off(written, known)) return true;
  // A verb without its ending: "confirm" for "confirmed", "cancel" for "cancelled".
  constexpr std::size_t kEndingBytesMax = 3;
  return written.size() >= 4 && known.starts_with(written) && known.ends_with("ed") &&
         known.size() - written.size() <= kEndingBytesMax;
}

}  // namespace

std::string nearest_type(std::string_view type) {
  const std::size_t dot = type.find('.');
  if (dot == std::string_view::npos || find_family(type) != nullptr) return {};
  const std::string written_family = folded(type.substr(0, dot));
  for (const EventFamily& family : catalogue()) {
    const bool is_family = family.name == written_family;
    if (!is_family && !is_one_letter_off(written_family, family.name)) continue;
    const std::string written = folded(type.substr(dot + 1));
    for (const EventRule& event : family.events) {
      // With both words misspelt the guess would be too weak.
      const std::string known = folded(event.name);
      if (is_family ? !is_probable_typo(written, known) : written != known) continue;
      return std::string(family.name).append(".").append(event.name);
    }
  }
  return {};
}

bool is_reserved_type(std::string_view type) {
  return type == "gap" || type == "open" || type == "error" || type.starts_with("courtside.");
}

}  // namespace courtside
