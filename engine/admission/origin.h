// Which web pages may connect. Browsers send `Origin`; without this check any page that a user
// visits could use the server through that user's browser. Threads: any; no state.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "transport/http.h"

namespace courtside {

// `allowed` holds origins as browsers write them (RFC 6454, section 6.2): lower-case scheme and
// host, a port only when it is not the scheme's default, nothing after it. They are compared byte
// for byte, so a similar origin never matches; "*" allows any. An empty list allows pages of this
// machine (localhost, 127.0.0.1, [::1], any port), so that development needs no configuration.
bool origin_allowed(std::string_view origin, const std::vector<std::string>& allowed);

// No `Origin` header: not a browser, allowed. One: as above. An empty one or several: refused,
// because no browser sends that and another reader might use a different one.
bool origin_allowed(const HttpHeaders& headers, const std::vector<std::string>& allowed);

}  // namespace courtside
