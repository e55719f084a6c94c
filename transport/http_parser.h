// Requests from bytes, as a server reads them. It does no I/O (llhttp does the grammar).
// Threads: one connection's loop.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>

#include "base/result.h"
#include "transport/http.h"

namespace courtside {

// Feed it bytes, take whole requests from it. It stops at the end of each request, so a pipelined
// one stays in the caller's buffer.
//
// Strict, because two readers that interpret the same bytes differently allow request smuggling:
// lines end in CR LF, no folded headers, one Host, one Content-Length and never with
// Transfer-Encoding, no transfer coding except "chunked", and only HTTP/1.0 and HTTP/1.1. Trailers
// of a chunked body are ignored.
class HttpParser {
 public:
  explicit HttpParser(const HttpLimits& limits);
  ~HttpParser();

  struct Progress {
    std::size_t consumed = 0;            // input bytes used
    std::optional<HttpRequest> request;  // a whole request, when the input completes it
    bool wants_continue = false;         // its headers ask for "100 Continue" (reported once)
  };
  // Errors (bad_request, headers_too_large, payload_too_large) are final: respond and close.
  Result<Progress> feed(std::string_view input);

  // The complete headers of the current request so far: what is known about a refused one.
  const HttpHeaders& headers() const;

  // True when no byte of a new request has arrived, except blank lines.
  bool idle() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace courtside
