// HTTP as text: heads of responses and requests, dates, lists of tokens. Threads: any.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "transport/http.h"

namespace courtside {

// The text without surrounding blanks.
std::string_view trimmed(std::string_view text);

// True when a header of this name (lower case) lists `token`, ignoring case.
bool lists_token(const HttpHeaders& headers, std::string_view name, std::string_view token);

// The current time as "Sun, 06 Nov 1994 08:49:37 GMT".
std::string_view http_date();

// What a response's head declares about the body and the connection.
struct ResponseFraming {
  enum class Body { kLength, kChunked, kUntilClose, kNone };
  Body body = Body::kLength;
  std::size_t body_bytes = 0;  // for kLength
  int minor_version = 1;       // of the request
  bool keep_alive = true;
};
// Appends status line, headers and the empty line. Line ends and NULs in a value become spaces, so
// that no value can inject a header or a response.
void append_response_head(std::string& out, const HttpResponse& response,
                          const ResponseFraming& framing);

// Appends "name: value" with the same protection.
void append_header(std::string& out, std::string_view name, std::string_view value);

}  // namespace courtside
