// HTTP as it is written: heads of answers and requests, dates, lists of tokens.
// Threads: any.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "transport/http.h"

namespace courtside {

// Without the blanks around it.
std::string_view trimmed(std::string_view text);

// Does any header of this name (lower case) list `token`, in whatever case?
bool lists_token(const HttpHeaders& headers, std::string_view name, std::string_view token);

// "Sun, 06 Nov 1994 08:49:37 GMT", of now.
std::string_view http_date();

// What an answer's head says about the body and the connection.
struct ResponseFraming {
  enum class Body { kLength, kChunked, kUntilClose, kNone };
  Body body = Body::kLength;
  std::size_t body_bytes = 0;  // for kLength
  int minor_version = 1;       // of the request
  bool keep_alive = true;
};
// Status line, headers and the empty line. Line ends and NULs within a value become spaces:
// whatever it was made from, it cannot become a header or an answer of its own.
void append_response_head(std::string& out, const HttpResponse& response,
                          const ResponseFraming& framing);

// "name: value", with the same care.
void append_header(std::string& out, std::string_view name, std::string_view value);

}  // namespace courtside
