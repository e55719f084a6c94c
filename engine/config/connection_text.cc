#include "engine/config/connection_text.h"

#include <algorithm>

#include "base/ascii.h"

namespace courtside {
namespace {

constexpr std::string_view kHidden = "***";
constexpr std::string_view kKey = "password";  // also matches the end of `sslpassword`

// Hides the password in "scheme://user:password@host": from the first colon to the last @, because
// an unescaped password may contain any character.
std::string without_user_password(std::string_view text) {
  const std::size_t scheme = text.find("://");
  const std::size_t at = text.rfind('@');
  if (scheme == std::string_view::npos || at == std::string_view::npos || at < scheme) {
    return std::string(text);
  }
  const std::size_t colon = text.find(':', scheme + 3);
  if (colon >= at) return std::string(text);
  return std::string(text.substr(0, colon + 1)) + std::string(kHidden) +
         std::string(text.substr(at));
}

// The end of the value that begins at `begin`: its closing quote, otherwise a blank or an &.
std::size_t end_of_value(std::string_view text, std::size_t begin) {
  if (begin == text.size() || text[begin] != '\'') {
    return std::min(text.find_first_of("& \t\n", begin), text.size());
  }
  for (std::size_t i = begin + 1; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == '\'') {
      return i + 1;
    }
  }
  return text.size();
}

}  // namespace

std::string without_password(std::string_view connection) {
  std::string text = without_user_password(connection);
  std::size_t from = 0;
  while (true) {
    const std::size_t key = lower_case(text).find(kKey, from);
    if (key == std::string::npos) return text;
    from = key + kKey.size();
    std::size_t value = std::min(text.find_first_not_of(' ', from), text.size());
    if (value == text.size() || text[value] != '=') continue;
    value = std::min(text.find_first_not_of(' ', value + 1), text.size());
    text.replace(value, end_of_value(text, value) - value, kHidden);
    from = value + kHidden.size();
  }
}

}  // namespace courtside
