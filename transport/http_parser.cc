#include "transport/http_parser.h"

#include <utility>

#include "base/ascii.h"
#include "transport/http_message.h"

namespace courtside {
namespace {

HttpRequest request_from(HttpMessage message) {
  HttpRequest request;
  request.method = std::move(message.method);
  request.target = std::move(message.target);
  request.headers = std::move(message.headers);
  request.body = std::move(message.body);
  request.minor_version = message.minor_version;
  request.keep_alive = message.keep_alive;
  request.upgrade = message.upgrade;
  return request;
}

}  // namespace

struct HttpParser::State {
  explicit State(const HttpLimits& limits) : parser(HttpMessageParser::Kind::kRequest, limits) {}

  // True once for a request whose sender waits for "100 Continue" before it sends the body.
  bool wants_continue() {
    if (continue_said || !parser.headers_complete() || parser.complete()) return false;
    continue_said = true;
    const HttpMessage& message = parser.message();
    return message.minor_version == 1 && message.has_body &&
           equals_ignoring_case(find_header(message.headers, "expect"), "100-continue");
  }

  HttpMessageParser parser;
  bool continue_said = false;
};

HttpParser::HttpParser(const HttpLimits& limits) : state_(std::make_unique<State>(limits)) {}
HttpParser::~HttpParser() = default;

Result<HttpParser::Progress> HttpParser::feed(std::string_view input) {
  const auto used = state_->parser.feed(input);
  if (!used) return fail(used.error());
  Progress progress;
  progress.consumed = *used;
  progress.wants_continue = state_->wants_continue();
  if (state_->parser.complete()) {
    progress.request = request_from(state_->parser.take());
    state_->continue_said = false;
  }
  return progress;
}

const HttpHeaders& HttpParser::headers() const { return state_->parser.headers(); }

bool HttpParser::idle() const { return !state_->parser.began(); }

}  // namespace courtside
