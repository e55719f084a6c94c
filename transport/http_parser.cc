#include "transport/http_parser.h"

#include <utility>

#include "transport/http_message.h"

namespace courtside {
namespace {

HttpRequest request_from(HttpMessage message) {
  HttpRequest request;
  request.method = std::move(message.method);
  request.target = std::move(message.target);
  request.headers = std::move(message.headers);
  request.body_bytes_max = message.body_bytes_max;
  request.minor_version = message.minor_version;
  request.keep_alive = message.keep_alive;
  request.upgrade = message.upgrade;
  return request;
}

}  // namespace

struct HttpParser::State {
  explicit State(const HttpLimits& limits) : parser(HttpMessageParser::Kind::kRequest, limits) {}

  HttpMessageParser parser;
  bool is_in_body = false;  // the request was returned, and its body follows
  bool discards = false;
};

HttpParser::HttpParser(const HttpLimits& limits) : state_(std::make_unique<State>(limits)) {}
HttpParser::~HttpParser() = default;

Result<HttpParser::Progress> HttpParser::feed(std::string_view input) {
  HttpMessageParser& parser = state_->parser;
  const auto used = parser.feed(input);
  if (!used) return fail(used.error());
  Progress progress;
  progress.consumed = *used;
  if (!state_->is_in_body && parser.complete()) {
    progress.request = request_from(parser.take());
  } else if (!state_->is_in_body && parser.headers_complete()) {
    state_->is_in_body = true;
    state_->discards = false;
    progress.request = request_from(parser.message());
  } else if (state_->is_in_body) {
    if (state_->discards) parser.take_body();
    if (!parser.complete()) return progress;
    progress.body = parser.take().body;
    state_->is_in_body = false;
  }
  return progress;
}

void HttpParser::keep_body() { state_->parser.reserve_body(); }

void HttpParser::discard_body() { state_->discards = true; }

const HttpHeaders& HttpParser::headers() const { return state_->parser.headers(); }

bool HttpParser::idle() const { return !state_->parser.began(); }

}  // namespace courtside
