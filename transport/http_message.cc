#include "transport/http_message.h"

#include <llhttp.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "base/ascii.h"
#include "transport/http_text.h"
#include "transport/request_target.h"

namespace courtside {
namespace {

// The bytes that chunk sizes, extensions and trailers may take for each byte of the body (a chunk
// of one byte takes five), in addition to the limit for headers.
constexpr std::size_t kFramingBytesPerBodyByte = 8;

void lower(std::string& text) { std::transform(text.begin(), text.end(), text.begin(), to_lower); }

// Finds the end of the header block, and refuses line ends that readers interpret differently.
class HeaderLines {
 public:
  enum class Verdict : std::uint8_t { kMore, kEnd, kBareLineFeed, kFolded, kNotHttp1 };

  // Scans `bytes` up to the end of the block; `used` is the number of bytes scanned.
  Verdict scan(std::string_view bytes, bool request, std::size_t& used) {
    for (used = 0; used < bytes.size();) {
      const Verdict verdict = take(bytes[used++], request);
      if (verdict != Verdict::kMore) return verdict;
    }
    return Verdict::kMore;
  }

  // Whether anything except blank lines has arrived.
  bool began() const { return line_count_ > 0 || line_bytes_ > 0; }

 private:
  Verdict take(char letter, bool request) {
    const bool after_return = previous_ == '\r';
    previous_ = letter;
    if (letter == '\n') return after_return ? end_line(request) : Verdict::kBareLineFeed;
    if (letter == '\r') return Verdict::kMore;
    if (line_bytes_ == 0 && line_count_ > 0 && (letter == ' ' || letter == '\t'))
      return Verdict::kFolded;
    ++line_bytes_;
    last_eight_ = last_eight_ << 8 | static_cast<std::uint8_t>(letter);
    return Verdict::kMore;
  }

  Verdict end_line(bool request) {
    const bool empty = line_bytes_ == 0;
    line_bytes_ = 0;
    if (empty) return line_count_ > 0 ? Verdict::kEnd : Verdict::kMore;  // blank lines may precede
    if (++line_count_ == 1 && request && last_eight_ != kHttp10 && last_eight_ != kHttp11) {
      return Verdict::kNotHttp1;
    }
    return Verdict::kMore;
  }

  static constexpr std::uint64_t kHttp10 = 0x485454502F312E30;  // "HTTP/1.0"
  static constexpr std::uint64_t kHttp11 = 0x485454502F312E31;  // "HTTP/1.1"

  std::uint64_t last_eight_ = 0;  // the line's last eight bytes
  std::size_t line_bytes_ = 0;
  std::size_t line_count_ = 0;
  char previous_ = 0;
};

const char* describe(HeaderLines::Verdict verdict) {
  switch (verdict) {
    case HeaderLines::Verdict::kBareLineFeed: return "a line that ends without a carriage return";
    case HeaderLines::Verdict::kFolded: return "a folded header";
    case HeaderLines::Verdict::kNotHttp1: return "neither HTTP/1.0 nor HTTP/1.1";
    case HeaderLines::Verdict::kMore:
    case HeaderLines::Verdict::kEnd: break;
  }
  return "";
}

}  // namespace

struct HttpMessageParser::State {
  State(Kind kind_of_message, const HttpLimits& limits_of_it)
      : kind(kind_of_message), limits(limits_of_it) {
    restart();
  }

  void restart() {
    llhttp_init(&parser, kind == Kind::kRequest ? HTTP_REQUEST : HTTP_RESPONSE, &callbacks());
    parser.data = this;
    lines = HeaderLines();
    message = HttpMessage();
    name.clear();
    value.clear();
    header_bytes = 0;
    body_wire_bytes = 0;
    headers_complete = false;
    complete = false;
  }

  static State& of(llhttp_t* parser) { return *static_cast<State*>(parser->data); }
  static const llhttp_settings_t& callbacks();

  // Stores the error; the result makes llhttp stop.
  int refuse(Code code, std::string text, std::string details = {}) {
    if (!error) error = Error{code, std::move(text), std::move(details)};
    return HPE_USER;
  }
  int refuse_headers() {
    return refuse(Code::headers_too_large, "the header block is too large",
                  "{\"limit\":" + std::to_string(limits.header_bytes_max) + "}");
  }
  int refuse_body() {
    return refuse(Code::payload_too_large, "the body is too large",
                  "{\"limit\":" + std::to_string(limits.body_bytes_max) + "}");
  }

  bool feed_headers(std::string_view input, std::size_t& used);
  bool feed_body(std::string_view input, std::size_t& used);
  bool execute(std::string_view bytes, std::size_t& used);
  int end_header();
  int end_headers();
  int check_request();
  int add_body(std::string_view bytes);

  const Kind kind;
  const HttpLimits limits;
  llhttp_t parser{};
  HeaderLines lines;
  HttpMessage message;
  std::string name;
  std::string value;
  std::size_t header_bytes = 0;
  std::size_t body_wire_bytes = 0;
  bool headers_complete = false;
  bool complete = false;
  std::optional<Error> error;
};

const llhttp_settings_t& HttpMessageParser::State::callbacks() {
  static const llhttp_settings_t settings = [] {
    llhttp_settings_t made;
    llhttp_settings_init(&made);
    made.on_url = [](llhttp_t* from, const char* at, std::size_t length) {
      of(from).message.target.append(at, length);
      return 0;
    };
    made.on_header_field = [](llhttp_t* from, const char* at, std::size_t length) {
      if (!of(from).headers_complete) of(from).name.append(at, length);  // otherwise a trailer
      return 0;
    };
    made.on_header_value = [](llhttp_t* from, const char* at, std::size_t length) {
      if (!of(from).headers_complete) of(from).value.append(at, length);
      return 0;
    };
    made.on_header_value_complete = [](llhttp_t* from) { return of(from).end_header(); };
    made.on_headers_complete = [](llhttp_t* from) { return of(from).end_headers(); };
    made.on_chunk_header = [](llhttp_t* from) {
      State& state = of(from);
      const std::size_t room = state.limits.body_bytes_max - state.message.body.size();
      return from->content_length > room ? state.refuse_body() : 0;
    };
    made.on_body = [](llhttp_t* from, const char* at, std::size_t length) {
      return of(from).add_body({at, length});
    };
    made.on_message_complete = [](llhttp_t* from) -> int {
      of(from).complete = true;
      return HPE_PAUSED;  // the following bytes are another message
    };
    return made;
  }();
  return settings;
}

int HttpMessageParser::State::end_header() {
  if (headers_complete) return 0;
  if (name.empty()) return refuse(Code::bad_request, "a header without a name");
  if (message.headers.size() >= limits.headers_max) return refuse_headers();
  lower(name);
  message.headers.emplace_back(std::move(name), std::string(trimmed(value)));
  name.clear();
  value.clear();
  return 0;
}

int HttpMessageParser::State::end_headers() {
  headers_complete = true;
  message.minor_version = parser.http_minor;
  message.keep_alive = llhttp_should_keep_alive(&parser) != 0;
  message.upgrade = parser.upgrade != 0;
  message.status = parser.status_code;
  const bool has_length = (parser.flags & F_CONTENT_LENGTH) != 0;
  if ((parser.flags & F_CHUNKED) != 0) message.body_bytes_max = limits.body_bytes_max;
  if (has_length) message.body_bytes_max = static_cast<std::size_t>(parser.content_length);
  if (has_length && kind != Kind::kAnswerToHead && parser.content_length > limits.body_bytes_max) {
    refuse_body();
    return -1;
  }
  if (kind == Kind::kRequest) return check_request();
  return kind == Kind::kAnswerToHead ? 1 : 0;
}

int HttpMessageParser::State::check_request() {
  message.method = llhttp_method_name(static_cast<llhttp_method_t>(parser.method));
  Result<std::string> target = origin_form(message.method, message.target);
  if (!target) {
    refuse(target.error().code, target.error().message);
    return -1;
  }
  message.target = std::move(*target);
  std::size_t host_count = 0;
  for (const auto& [header, content] : message.headers) {
    if (header == "host") ++host_count;
    if (header != "transfer-encoding") continue;
    if (!equals_ignoring_case(content, "chunked") || parser.http_minor == 0) {
      refuse(Code::bad_request, "an unsupported transfer coding");
      return -1;
    }
  }
  if (host_count > 1 || (host_count == 0 && parser.http_minor == 1)) {
    refuse(Code::bad_request, "not exactly one Host header");
    return -1;
  }
  return 0;
}

int HttpMessageParser::State::add_body(std::string_view bytes) {
  if (bytes.size() > limits.body_bytes_max - message.body.size()) return refuse_body();
  message.body.append(bytes);
  return 0;
}

// Feeds up to the end of the header block, at most up to its limit.
bool HttpMessageParser::State::feed_headers(std::string_view input, std::size_t& used) {
  const std::string_view bytes = input.substr(0, limits.header_bytes_max - header_bytes);
  if (bytes.empty()) {
    refuse_headers();
    return false;
  }
  std::size_t block_bytes = 0;
  const HeaderLines::Verdict verdict = lines.scan(bytes, kind == Kind::kRequest, block_bytes);
  if (verdict != HeaderLines::Verdict::kMore && verdict != HeaderLines::Verdict::kEnd) {
    // Report an earlier fault first, so that the error does not depend on how TCP splits the input.
    if (execute(bytes.substr(0, block_bytes - 1), used)) {
      refuse(Code::bad_request, describe(verdict));
    }
    return false;
  }
  header_bytes += block_bytes;
  return execute(bytes.substr(0, block_bytes), used);
}

bool HttpMessageParser::State::feed_body(std::string_view input, std::size_t& used) {
  const std::size_t before = used;
  if (!execute(input, used)) return false;
  body_wire_bytes += used - before;
  const std::size_t framing_bytes = body_wire_bytes - message.body.size();
  if (framing_bytes <= limits.header_bytes_max + kFramingBytesPerBodyByte * message.body.size()) {
    return true;
  }
  refuse(Code::bad_request, "chunks that are mostly framing");
  return false;
}

bool HttpMessageParser::State::execute(std::string_view bytes, std::size_t& used) {
  const llhttp_errno_t result = llhttp_execute(&parser, bytes.data(), bytes.size());
  if (result == HPE_OK) {
    used += bytes.size();
    return true;
  }
  if (result == HPE_PAUSED && complete) {
    used += static_cast<std::size_t>(llhttp_get_error_pos(&parser) - bytes.data());
    return true;
  }
  const char* reason = llhttp_get_error_reason(&parser);
  refuse(Code::bad_request, std::string("malformed HTTP: ") + (reason != nullptr ? reason : "?"));
  return false;
}

HttpMessageParser::HttpMessageParser(Kind kind, const HttpLimits& limits)
    : state_(std::make_unique<State>(kind, limits)) {}

HttpMessageParser::~HttpMessageParser() = default;

Result<std::size_t> HttpMessageParser::feed(std::string_view input) {
  State& state = *state_;
  std::size_t used = 0;
  while (!state.error && !state.complete && used < input.size()) {
    const std::string_view rest = input.substr(used);
    const bool in_body = state.headers_complete;
    if (!(in_body ? state.feed_body(rest, used) : state.feed_headers(rest, used))) break;
    if (state.kind == Kind::kRequest && !in_body && state.headers_complete) break;
    const bool interim =
        state.message.status >= 100 && state.message.status < 200 && state.message.status != 101;
    if (state.complete && interim) state.restart();
  }
  if (state.error) return fail(*state.error);
  return used;
}

Result<void> HttpMessageParser::finish() {
  State& state = *state_;
  if (!state.error && !state.complete) {
    const bool ended = llhttp_finish(&state.parser) == HPE_OK || state.complete;
    if (!ended || !state.complete) state.refuse(Code::bad_request, "the message is cut off");
  }
  if (state.error) return fail(*state.error);
  return {};
}

bool HttpMessageParser::began() const { return state_->lines.began(); }
bool HttpMessageParser::headers_complete() const { return state_->headers_complete; }
bool HttpMessageParser::complete() const { return state_->complete; }
const HttpMessage& HttpMessageParser::message() const { return state_->message; }
const HttpHeaders& HttpMessageParser::headers() const { return state_->message.headers; }

std::string HttpMessageParser::take_body() {
  state_->body_wire_bytes = 0;
  return std::exchange(state_->message.body, {});
}

void HttpMessageParser::reserve_body() {
  if ((state_->parser.flags & F_CONTENT_LENGTH) == 0) return;
  state_->message.body.reserve(state_->message.body_bytes_max);
}

HttpMessage HttpMessageParser::take() {
  HttpMessage message = std::move(state_->message);
  state_->restart();
  return message;
}

}  // namespace courtside
