#include "transport/http.h"

#include <utility>

namespace courtside {
namespace {

// 0 to 15, or -1.
int hex_digit(char letter) {
  if (letter >= '0' && letter <= '9') return letter - '0';
  if (letter >= 'a' && letter <= 'f') return letter - 'a' + 10;
  if (letter >= 'A' && letter <= 'F') return letter - 'A' + 10;
  return -1;
}

Result<std::string> decode(std::string_view text, bool plus_is_space) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t index = 0; index < text.size(); ++index) {
    if (text[index] != '%') {
      decoded.push_back(plus_is_space && text[index] == '+' ? ' ' : text[index]);
      continue;
    }
    const int high = index + 2 < text.size() ? hex_digit(text[index + 1]) : -1;
    const int low = index + 2 < text.size() ? hex_digit(text[index + 2]) : -1;
    if (high < 0 || low < 0) return fail(Code::bad_request, "malformed percent-encoding");
    decoded.push_back(static_cast<char>(high << 4 | low));
    index += 2;
  }
  return decoded;
}

}  // namespace

std::string_view find_header(const HttpHeaders& headers, std::string_view name) {
  for (const auto& [header, value] : headers) {
    if (header == name) return value;
  }
  return {};
}

std::string_view HttpRequest::header(std::string_view name) const {
  return find_header(headers, name);
}

std::string_view HttpRequest::path() const {
  return std::string_view(target).substr(0, target.find('?'));
}

std::string_view HttpRequest::query() const {
  const std::size_t mark = target.find('?');
  return mark == std::string::npos ? std::string_view() : std::string_view(target).substr(mark + 1);
}

Result<std::vector<std::pair<std::string, std::string>>> parse_query(std::string_view query) {
  std::vector<std::pair<std::string, std::string>> parameters;
  while (!query.empty()) {
    const std::string_view pair = query.substr(0, query.find('&'));
    query.remove_prefix(pair.size() < query.size() ? pair.size() + 1 : pair.size());
    if (pair.empty()) continue;
    const std::size_t mark = pair.find('=');
    auto name = decode(pair.substr(0, mark), /*plus_is_space=*/true);
    if (!name) return fail(std::move(name.error()));
    if (mark == std::string_view::npos) {
      parameters.emplace_back(std::move(*name), std::string());
      continue;
    }
    auto value = decode(pair.substr(mark + 1), /*plus_is_space=*/true);
    if (!value) return fail(std::move(value.error()));
    parameters.emplace_back(std::move(*name), std::move(*value));
  }
  return parameters;
}

Result<std::string> percent_decode(std::string_view text) {
  return decode(text, /*plus_is_space=*/false);
}

}  // namespace courtside
