// A request's target in its normal form: path and query (RFC 9112, section 3.2). Threads: any; no
// state.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace courtside {

// origin-form ("/v1/events?limit=5") is returned unchanged. absolute-form
// ("http://host/v1/events"), which clients send to a proxy and every server must accept, loses its
// scheme and authority; they override the Host header, which is not used here. "*" of an OPTIONS
// request is unchanged. bad_request for anything else: authority-form and CONNECT are for proxies.
Result<std::string> origin_form(std::string_view method, std::string_view target);

}  // namespace courtside
