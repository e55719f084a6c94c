// Requests from bytes, as a server reads them. It does no I/O (llhttp does the grammar).
// Threads: one connection's loop.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "transport/http.h"

namespace courtside {

// Feed it bytes, take requests from it. It stops at the end of a request's headers, so that the
// caller can judge the request before a byte of its body is read, and at the end of each request,
// so that a pipelined one stays in the caller's buffer.
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
    std::optional<HttpRequest> request;  // when its headers are complete, without its body
    std::optional<std::string> body;     // the whole body, when the input completes it
  };
  // Errors (bad_request, headers_too_large, payload_too_large) are final: respond and close.
  Result<Progress> feed(std::string_view input);

  // Call one of them when feed() returned a request with a body: whether the body is kept, or
  // discarded as it comes. A discarded one gives an empty body at its end.
  void keep_body();
  void discard_body();

  // The complete headers of the current request so far: what is known about a refused one. Those of
  // a request without a body are gone with it.
  const HttpHeaders& headers() const;

  // True when no byte of a new request has arrived, except blank lines.
  bool idle() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace courtside
