// The target of a request in its one form: a path and a query (RFC 9112, section 3.2).
// Threads: any; no state.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace courtside {

// origin-form ("/v1/events?limit=5") as it is. absolute-form ("http://host/v1/events"), which a
// client sends to a proxy and every server must take, without its scheme and authority; these count
// instead of the Host header, which nothing here asks for. "*" of an OPTIONS request as it is.
// bad_request for anything else: authority-form is for proxies, and CONNECT with it.
Result<std::string> origin_form(std::string_view method, std::string_view target);

}  // namespace courtside
