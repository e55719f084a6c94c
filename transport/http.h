// HTTP/1.1 as values, and a parser that does no I/O (llhttp does the grammar).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
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

struct HttpRequest {
  std::string method;  // "GET"
  std::string target;  // path and query, or "*" (origin_form)
  HttpHeaders headers;
  std::string body;
  std::uint8_t minor_version = 1;  // of HTTP/1.x: 0 or 1
  bool keep_alive = true;          // after the answer
  bool upgrade = false;            // asks for another protocol; what follows is not HTTP

  // The first header of this name (lower case), or empty.
  std::string_view header(std::string_view name) const;
  std::string_view path() const;   // before the '?', still percent-encoded
  std::string_view query() const;  // after it, or empty
};

// The query's parameters in order, percent-decoded; '+' is a space. bad_request when malformed.
Result<std::vector<std::pair<std::string, std::string>>> parse_query(std::string_view query);
// %XX decoded. bad_request when malformed.
Result<std::string> percent_decode(std::string_view text);

struct HttpResponse {
  int status = 200;
  std::string content_type = {};  // empty: none sent
  HttpHeaders headers = {};       // further ones
  std::string body = {};
};

// Feed it bytes, take whole requests from it. One request at a time: it stops at the end of each,
// so a pipelined one waits in the caller's buffer.
//
// Strict, because what two readers of one byte stream understand differently is how requests are
// smuggled: lines end in CR LF, no folded headers, one Host, one Content-Length, never together
// with Transfer-Encoding, no transfer coding but "chunked", and no protocol but HTTP/1.0 and
// HTTP/1.1. Trailers of a chunked body are read over.
class HttpParser {
 public:
  explicit HttpParser(const HttpLimits& limits);
  ~HttpParser();

  struct Progress {
    std::size_t consumed = 0;            // bytes of the input that were used
    std::optional<HttpRequest> request;  // a whole one, when the input reached its end
    bool wants_continue = false;         // its headers asked for "100 Continue" (said once)
  };
  // Errors (bad_request, headers_too_large, payload_too_large) are final: answer and close.
  Result<Progress> feed(std::string_view input);

  // Those of the request at hand that are whole so far: what is known of one that is refused.
  const HttpHeaders& headers() const;

  // True when no byte of a request has come since the last whole one, blank lines aside.
  bool idle() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace courtside
