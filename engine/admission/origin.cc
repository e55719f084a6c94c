#include "engine/admission/origin.h"

#include <algorithm>
#include <array>

namespace courtside {
namespace {

bool is_local_page(std::string_view origin) {
  constexpr std::array<std::string_view, 2> kSchemes = {"http://", "https://"};
  constexpr std::array<std::string_view, 3> kHosts = {"localhost", "127.0.0.1", "[::1]"};
  for (const std::string_view scheme : kSchemes) {
    if (!origin.starts_with(scheme)) continue;
    for (const std::string_view host : kHosts) {
      const std::string_view rest = origin.substr(scheme.size());
      if (!rest.starts_with(host)) continue;
      const std::string_view port = rest.substr(host.size());
      if (port.empty()) return true;
      if (port.front() != ':' || port.size() < 2) continue;
      return std::all_of(port.begin() + 1, port.end(), [](char c) { return c >= '0' && c <= '9'; });
    }
  }
  return false;
}

}  // namespace

bool origin_allowed(std::string_view origin, const std::vector<std::string>& allowed) {
  if (allowed.empty()) return is_local_page(origin);
  return std::any_of(allowed.begin(), allowed.end(),
                     [&](const std::string& entry) { return entry == "*" || entry == origin; });
}

bool origin_allowed(const HttpHeaders& headers, const std::vector<std::string>& allowed) {
  const auto is_origin = [](const auto& header) { return header.first == "origin"; };
  const auto count = std::count_if(headers.begin(), headers.end(), is_origin);
  if (count != 1) return count == 0;
  return origin_allowed(std::find_if(headers.begin(), headers.end(), is_origin)->second, allowed);
}

}  // namespace courtside
