// Which web pages may connect: browsers send `Origin`, and without a check any page that a user
// visits could act with that user's browser. Threads: any; no state.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "transport/http.h"

namespace courtside {

// The list holds origins as browsers write them (RFC 6454, section 6.2): scheme and host in lower
// case, a port only where it is not the scheme's own, nothing behind it. They are compared byte for
// byte, so that nothing that only looks alike is taken for one; "*" allows any. With an empty list
// pages served from this machine (localhost, 127.0.0.1, [::1], any port) are allowed, so that
// development works unconfigured.
bool origin_allowed(std::string_view origin, const std::vector<std::string>& allowed);

// No `Origin`: not a browser, allowed. One: see above. More than one, or an empty one: no browser
// says that, and who reads another one than we do would be led astray; not allowed.
bool origin_allowed(const HttpHeaders& headers, const std::vector<std::string>& allowed);

}  // namespace courtside
