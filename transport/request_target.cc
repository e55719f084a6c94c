#include "transport/request_target.h"

#include <algorithm>

#include "base/ascii.h"
#include "transport/http_text.h"

namespace courtside {
namespace {

// The part after the scheme of an http or https URL; empty for anything else.
std::string_view after_scheme(std::string_view target) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (equals_ignoring_case(target.substr(0, scheme.size()), scheme)) {
      return target.substr(scheme.size());
    }
  }
  return {};
}

// A host with an optional port. A user name there only serves to deceive (RFC 9110, section 4.2.4).
bool is_authority(std::string_view text) {
  return !text.empty() && text.front() != ':' && text.find('@') == std::string_view::npos;
}

}  // namespace

Result<std::string> origin_form(std::string_view method, std::string_view target) {
  if (method == "CONNECT") return fail(Code::bad_request, "CONNECT is for proxies");
  if (target.starts_with('/')) return std::string(target);
  if (target == "*" && method == "OPTIONS") return std::string(target);
  const std::string_view rest = after_scheme(target);
  const std::size_t end = std::min(rest.find_first_of("/?#"), rest.size());
  if (!is_authority(rest.substr(0, end)) || rest.find('#') != std::string_view::npos) {
    return fail(Code::bad_request, "the request target is neither a path nor an http URL");
  }
  const std::string path(rest.substr(end));
  return path.starts_with('/') ? path : "/" + path;
}

}  // namespace courtside
