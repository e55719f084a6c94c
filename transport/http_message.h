// One HTTP/1.x message from bytes, request or answer: llhttp's grammar, with bounds, and with the
// rules that llhttp leaves open even when strict (it takes bare line feeds in two places, folded
// headers, nameless headers, HTTP/0.9 and RTSP). Does no I/O. Threads: one connection's loop.
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
  int status = 0;  // of an answer
  std::uint8_t minor_version = 1;
  bool keep_alive = false;
  bool upgrade = false;
  bool has_body = false;
  HttpHeaders headers;
  std::string body;
};

// The first header of this name (lower case), or empty.
std::string_view find_header(const HttpHeaders& headers, std::string_view name);

class HttpMessageParser {
 public:
  enum class Kind : std::uint8_t { kRequest, kAnswer, kAnswerToHead };
  HttpMessageParser(Kind kind, const HttpLimits& limits);
  ~HttpMessageParser();

  // Answers how many bytes belong to the message at hand; it is whole when complete(). Interim
  // answers (100 Continue) are read over. Errors are final.
  Result<std::size_t> feed(std::string_view input);
  // The peer sends no more: completes an answer whose end is the connection's.
  Result<void> finish();

  bool began() const;  // more than the blank lines that may precede a message
  bool headers_complete() const;
  bool complete() const;
  // REQUIRES: headers_complete().
  const HttpMessage& message() const;
  // Those that are whole so far, also behind an error.
  const HttpHeaders& headers() const;
  // What came of the body since it was last taken: for bodies longer than memory.
  std::string take_body();
  // The message; the parser is ready for the next. REQUIRES: complete().
  HttpMessage take();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace courtside
