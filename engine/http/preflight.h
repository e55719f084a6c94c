// CORS: answers a browser's preflight request, and tells it which response headers a page of
// another site may read (https://fetch.spec.whatwg.org/#http-cors-protocol). Threads: any; no
// state.
#pragma once

#include <string>
#include <string_view>

#include "transport/http.h"

namespace courtside {

// The answer to OPTIONS. It allows the request headers of docs/protocol.md and each requested
// `ce-*` header: an event may have any extension attribute, and CORS has no patterns for headers.
HttpResponse preflight_answer(const HttpRequest& request);

// Adds the headers that let a page at `origin` read the response.
void allow_origin(HttpResponse& response, std::string_view origin);

}  // namespace courtside
