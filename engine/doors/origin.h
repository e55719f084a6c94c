// Which web pages may connect: browsers send `Origin`, and without a check any page that a user
// visits could act with that user's browser. Threads: any; no state.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace courtside {

// No origin: not a browser, allowed. Otherwise it must be on the list, scheme, host and port exact;
// "*" allows any. With an empty list pages served from this machine (localhost, 127.0.0.1, [::1],
// any port) are allowed, so that development works unconfigured.
bool origin_allowed(std::string_view origin, const std::vector<std::string>& allowed);

}  // namespace courtside
