// Parses one HTTP/1.x message, request or response: llhttp's grammar with limits and with the rules
// that llhttp does not enforce even in strict mode (it accepts bare line feeds in two places,
// folded headers, nameless headers, HTTP/0.9 and RTSP). Does no I/O. Threads: one connection's
// loop.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "transport/http.h"

namespace courtside {

struct HttpMessage {
  std::string method;  // of a request
  std::string target;
  int status = 0;  // of a response
  std::uint8_t minor_version = 1;
  bool keep_alive = false;
  bool upgrade = false;
  // The Content-Length, or of a chunked body the limit; 0: it has no body.
  std::size_t body_bytes_max = 0;
  HttpHeaders headers;
  std::string body;
};

class HttpMessageParser {
 public:
  enum class Kind : std::uint8_t { kRequest, kAnswer, kAnswerToHead };
  HttpMessageParser(Kind kind, const HttpLimits& limits);
  ~HttpMessageParser();

  // Returns how many bytes belong to the current message; it is whole when complete(). Interim
  // responses (100 Continue) are skipped. Of a request it stops once at the end of the headers, so
  // that the caller can decide whether the body is read at all. Errors are final.
  Result<std::size_t> feed(std::string_view input);
  // The peer sends no more: completes a response that ends with the connection.
  Result<void> finish();

  bool began() const;  // anything except blank lines before the message
  bool headers_complete() const;
  bool complete() const;
  // REQUIRES: headers_complete().
  const HttpMessage& message() const;
  // The complete headers so far, also after an error.
  const HttpHeaders& headers() const;
  // The body received since the last call: for bodies larger than memory.
  std::string take_body();
  // Makes room for a body of known length, so that it is never copied. REQUIRES:
  // headers_complete().
  void reserve_body();
  // Returns the message and prepares for the next. REQUIRES: complete().
  HttpMessage take();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace courtside
