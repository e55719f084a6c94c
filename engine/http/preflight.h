// What browsers ask before a page of another site may send something, and what such a page may read
// of the answers (https://fetch.spec.whatwg.org/#http-cors-protocol). Threads: any; no state.
#pragma once

#include <string>
#include <string_view>

#include "transport/http.h"

namespace courtside {

// The answer to OPTIONS. Allowed are the request headers that docs/protocol.md names, and each
// `ce-*` header that is asked for: an event may have any extension attribute, and a browser knows
// no pattern.
HttpResponse preflight_answer(const HttpRequest& request);

// Adds what lets the page at `origin` read the answer.
void allow_origin(HttpResponse& response, std::string_view origin);

}  // namespace courtside
