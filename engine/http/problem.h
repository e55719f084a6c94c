// Errors over HTTP: problem documents (RFC 9457). Threads: any; no state.
#pragma once

#include <string>
#include <utility>

#include "base/caller_error.h"
#include "transport/http.h"

namespace courtside {

// The response for error_for_caller(error):
// {"type":"/problems/<code>","title":...,"status":...,"detail":...,"code":...,"retryable":...,
// "details":{...}}. invalid_event also has "errors" at the top level; status 503 and 429 have
// Retry-After.
HttpResponse problem(const Error& error);

// The server is stopping.
HttpResponse draining_problem();

HttpResponse json_response(std::string body, int status = 200);

// For streamed responses: nginx forwards bytes at once instead of buffering them.
inline const std::pair<std::string, std::string> kUnbuffered = {"x-accel-buffering", "no"};
// Responses depend on the caller and the moment, so no cache may keep them.
inline const std::pair<std::string, std::string> kNotStored = {"cache-control", "no-store"};

}  // namespace courtside
