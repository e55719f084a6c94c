// Errors over HTTP: RFC 9457 problem documents. Threads: any; no state.
#pragma once

#include <string>
#include <utility>

#include "base/caller_error.h"
#include "transport/http.h"

namespace courtside {

// {"type":"/problems/<code>","title":...,"status":...,"detail":...,"code":...,"retryable":...,
// "details":{...}}; of invalid_event also "errors" at the top level; where it pays to come back,
// Retry-After. Of error_for_caller(error).
HttpResponse problem(const Error& error);

HttpResponse json_response(std::string body, int status = 200);

// Of answers without end: nginx passes each byte on at once instead of filling a buffer first.
inline const std::pair<std::string, std::string> kUnbuffered = {"x-accel-buffering", "no"};
// What one caller may see at one moment is no answer for anybody else, or for later.
inline const std::pair<std::string, std::string> kNotStored = {"cache-control", "no-store"};

}  // namespace courtside
