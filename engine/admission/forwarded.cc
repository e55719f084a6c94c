#include "engine/admission/forwarded.h"

#include <algorithm>
#include <optional>

namespace courtside {
namespace {

std::string_view trimmed(std::string_view text) {
  const auto is_blank = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

// Calls `visit` with each entry of all headers of the name, from right to left, while it returns
// true.
template <typename Visit>
void visit_from_right(const HttpHeaders& headers, std::string_view name, Visit visit) {
  for (auto header = headers.rbegin(); header != headers.rend(); ++header) {
    if (header->first != name) continue;
    std::string_view rest = header->second;
    for (bool more = true; more;) {
      const std::size_t comma = rest.rfind(',');
      more = comma != std::string_view::npos;
      if (!visit(trimmed(rest.substr(more ? comma + 1 : 0)))) return;
      rest = rest.substr(0, more ? comma : 0);
    }
  }
}

}  // namespace

std::string forwarded_client(const HttpHeaders& headers, std::string_view proxy,
                             const NetworkList& proxies) {
  std::string client(proxy);
  visit_from_right(headers, "x-forwarded-for", [&](std::string_view entry) {
    const std::optional<AddressBytes> address =
        address_bytes_of_endpoint(entry);  // some proxies append a port
    if (!address) return false;
    client = address_text(*address);
    return proxies.contains(client);
  });
  return client;
}

bool names_client(const HttpHeaders& headers) {
  return std::any_of(headers.begin(), headers.end(), [](const auto& header) {
    return header.first == "x-forwarded-for" || header.first == "forwarded";
  });
}

bool is_forwarded_plain(const HttpHeaders& headers) {
  const auto named = [](const auto& header) { return header.first == "x-forwarded-proto"; };
  const auto found = std::find_if(headers.begin(), headers.end(), named);
  return found != headers.end() && found->second == "http" &&
         std::none_of(found + 1, headers.end(), named);
}

}  // namespace courtside
