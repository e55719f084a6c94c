// HTTP/1.1 as values: what a request and an answer hold, and what a target says. Threads: values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace courtside {

struct HttpLimits {
  std::size_t header_bytes_max = 8 * 1024;  // request line and headers; more: headers_too_large
  std::size_t headers_max = 64;             // more: headers_too_large
  std::size_t body_bytes_max = 4 << 20;     // more: payload_too_large

  friend bool operator==(const HttpLimits&, const HttpLimits&) = default;
};

// (lower-case name, value without surrounding spaces), in order of arrival.
using HttpHeaders = std::vector<std::pair<std::string, std::string>>;

// The first header of this name (lower case), or empty.
std::string_view find_header(const HttpHeaders& headers, std::string_view name);

struct HttpRequest {
  std::string method;  // "GET"
  std::string target;  // path and query, or "*" (origin_form)
  HttpHeaders headers;
  std::string body;  // a server's handler gets it by itself: ConnectionHandler::on_body
  // How many bytes its body may have: its Content-Length, or of a chunked body the limit. 0: it has
  // none.
  std::size_t body_bytes_max = 0;
  std::uint8_t minor_version = 1;  // of HTTP/1.x: 0 or 1
  bool keep_alive = true;          // after the response
  bool upgrade = false;            // asks for another protocol; the bytes after it are not HTTP

  bool has_body() const { return body_bytes_max > 0; }
  // The first header of this name (lower case), or empty.
  std::string_view header(std::string_view name) const;
  std::string_view path() const;   // before the '?', percent-encoded
  std::string_view query() const;  // after the '?', or empty
};

// The query's parameters in order, percent-decoded; '+' is a space. bad_request when malformed.
Result<std::vector<std::pair<std::string, std::string>>> parse_query(std::string_view query);
// %XX decoded. bad_request when malformed.
Result<std::string> percent_decode(std::string_view text);

struct HttpResponse {
  int status = 200;
  std::string content_type = {};  // empty: none sent
  HttpHeaders headers = {};       // more headers
  std::string body = {};
  bool closes = false;  // the connection, after it
};

}  // namespace courtside
