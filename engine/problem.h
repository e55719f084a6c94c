// Errors over HTTP: RFC 9457 problem documents. Threads: any; no state.
#pragma once

#include "base/error.h"
#include "transport/http.h"

namespace courtside {

// {"type":"/problems/<code>","title":...,"status":...,"detail":...,"code":...,"retryable":...,
// "details":{...}}; of invalid_event also "errors" at the top level; where it pays to come back,
// Retry-After.
HttpResponse problem(const Error& error);

HttpResponse json_response(std::string body, int status = 200);

}  // namespace courtside
