#include "transport/http_session.h"

#include <array>
#include <charconv>
#include <utility>

#include "base/ascii.h"
#include "base/check.h"
#include "transport/http_text.h"

namespace courtside {
namespace {

SharedBytes shared_text(std::string text) { return SharedBytes(std::move(text)); }

std::string chunk_head(std::size_t size_bytes) {
  std::array<char, 18> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size() - 2, size_bytes, 16).ptr;
  std::string head(text.data(), end);
  return head.append("\r\n");
}

// Whether the sender waits for "100 Continue" before it sends the body.
bool waits_for_continue(const HttpRequest& request) {
  return request.minor_version == 1 && request.has_body() &&
         equals_ignoring_case(request.header("expect"), "100-continue");
}

const SharedBytes& line_end() {
  static const SharedBytes bytes(std::string("\r\n"));
  return bytes;
}

}  // namespace

HttpSession::HttpSession(TcpStream& stream, const ConnectionLimits& limits, HttpSessionOwner& owner)
    : stream_(stream), limits_(limits), owner_(owner) {
  set_deadline(limits_.header_timeout_ms);
}

HttpSession::~HttpSession() { stream_.loop().cancel_timer(timer_); }

std::size_t HttpSession::feed(std::string_view bytes) {
  feeding_ = true;
  std::size_t used = 0;
  // Stop at congestion: a client that pipelines without reading its responses is not read further.
  while (used < bytes.size() && is_receiving() && stream_.open() && stream_.reading() &&
         !stream_.congested()) {
    if (!parser_) {
      parser_ = std::make_unique<HttpParser>(limits_.http);
      // The time for the first one began when the client connected.
      if (has_answered_) set_deadline(limits_.header_timeout_ms);
    }
    auto progress = parser_->feed(bytes.substr(used));
    if (!progress) {
      used = bytes.size();
      refuse_input(progress.error());
      break;
    }
    used += progress->consumed;
    if (progress->request) take(*progress->request);
    if (progress->body) take_body(*progress->body);
  }
  feeding_ = false;
  return stream_.open() ? used : bytes.size();
}

void HttpSession::take(HttpRequest& request) {
  if (!request.has_body()) parser_.reset();
  can_skip_body_ = request.body_bytes_max <= kSkippedBytesMax;
  expects_continue_ = waits_for_continue(request);
  deadline_ms_ = 0;  // the server's time begins
  state_ = State::kAnswering;
  head_only_ = request.method == "HEAD";
  minor_version_ = request.minor_version;
  keep_alive_ = request.keep_alive;
  owner_.on_http_request(request);
}

void HttpSession::read_body() {
  if (!stream_.open()) return;
  COURTSIDE_CHECK(state_ == State::kAnswering && parser_);
  state_ = State::kReadingBody;
  parser_->keep_body();
  set_deadline(limits_.receive_timeout_ms);
  if (expects_continue_) {
    stream_.send(shared_text("HTTP/1.1 100 Continue\r\n\r\n"), Urgency::kReply);
  }
  if (!feeding_) stream_.offer_kept();
}

void HttpSession::take_body(std::string& body) {
  parser_.reset();
  if (state_ == State::kSkippingBody) {
    state_ = State::kReading;
    return set_deadline(limits_.keep_alive_timeout_ms);
  }
  deadline_ms_ = 0;
  state_ = State::kAnswering;
  owner_.on_http_body(body);
}

// Before an answer to a request whose body was not read: whether the connection ends with it. A
// client that waits for 100 Continue may send the body or may not, so what follows is unclear.
void HttpSession::settle_unread_body() {
  if (parser_ && (!can_skip_body_ || expects_continue_)) keep_alive_ = false;
}

void HttpSession::refuse_input(const Error& error) {
  // The request was answered already.
  if (state_ == State::kSkippingBody) return stream_.close_after_flush(CloseReason::kViolation);
  refuse(error, CloseReason::kViolation);
}

void HttpSession::refuse(const Error& error, CloseReason reason) {
  const std::unique_ptr<HttpParser> refused = std::move(parser_);
  deadline_ms_ = 0;
  state_ = State::kAnswering;
  close_reason_ = reason;
  head_only_ = false;
  keep_alive_ = false;
  owner_.on_http_error(error, refused->headers());
}

// The time between two requests begins when the whole response is written; writing parts of it does
// not restart the time, and neither does what TLS writes of its own.
void HttpSession::on_written() {
  if (!response_waits_ || stream_.queued_bytes() > 0) return;
  response_waits_ = false;
  if (state_ == State::kReading && !parser_ && deadline_ms_ != 0) {
    set_deadline(limits_.keep_alive_timeout_ms);
  }
}

void HttpSession::on_drained() {
  if (is_receiving()) stream_.offer_kept();
}

// A client may close its sending side and wait for the response (RFC 9112, section 9.6). A client
// that is gone looks the same until something is sent to it.
void HttpSession::on_end() {
  close_reason_ = CloseReason::kByPeer;
  keep_alive_ = false;
  switch (state_) {
    case State::kReading:
    case State::kReadingBody:
      if (parser_ && !parser_->idle()) {
        return refuse({Code::bad_request, "the connection ended in the middle of a request"},
                      CloseReason::kByPeer);
      }
      return stream_.close_after_flush(CloseReason::kByPeer);
    case State::kSkippingBody: return stream_.close_after_flush(CloseReason::kByPeer);
    case State::kStreaming: return owner_.on_http_half_close();
    case State::kAnswering:
    case State::kUpgraded:
    case State::kDone: return;
  }
}

void HttpSession::respond(const HttpResponse& response) {
  if (!stream_.open()) return;
  COURTSIDE_CHECK(state_ == State::kAnswering);
  settle_unread_body();
  if (response.closes) keep_alive_ = false;
  ResponseFraming framing;
  framing.body = may_have_body(response.status) ? ResponseFraming::Body::kLength
                                                : ResponseFraming::Body::kNone;
  framing.body_bytes = response.body.size();
  framing.minor_version = minor_version_;
  framing.keep_alive = keep_alive_;
  std::string text;
  text.reserve(256 + response.body.size());
  append_response_head(text, response, framing);
  if (!head_only_ && may_have_body(response.status)) text.append(response.body);
  stream_.send(shared_text(std::move(text)), Urgency::kReply);
  answered();
}

void HttpSession::start_stream(const HttpResponse& head) {
  if (!stream_.open()) return;
  COURTSIDE_CHECK(state_ == State::kAnswering);
  settle_unread_body();
  state_ = State::kStreaming;
  chunked_ = minor_version_ == 1;
  keep_alive_ = keep_alive_ && chunked_;
  ResponseFraming framing;
  framing.body = chunked_ ? ResponseFraming::Body::kChunked : ResponseFraming::Body::kUntilClose;
  framing.minor_version = minor_version_;
  framing.keep_alive = keep_alive_;
  std::string text;
  append_response_head(text, head, framing);
  stream_.send(shared_text(std::move(text)), Urgency::kReply);
  if (!chunked_) stream_.reset_unless_finished();
}

void HttpSession::send_part(SharedBytes bytes, Urgency urgency) {
  // An empty chunk would end the stream.
  if (state_ != State::kStreaming || head_only_ || bytes.empty()) return;
  if (!chunked_) return stream_.send(std::move(bytes), urgency);
  stream_.send(shared_text(chunk_head(bytes.size())), urgency);
  stream_.send(std::move(bytes), urgency);
  stream_.send(line_end(), urgency);
}

void HttpSession::end_stream() {
  if (!stream_.open()) return;
  COURTSIDE_CHECK(state_ == State::kStreaming);
  if (chunked_ && !head_only_) stream_.send(shared_text("0\r\n\r\n"), Urgency::kReply);
  answered();
}

void HttpSession::upgrade(std::string answer) {
  COURTSIDE_CHECK(state_ == State::kAnswering);
  state_ = State::kUpgraded;
  stream_.send(shared_text(std::move(answer)), Urgency::kReply);
}

void HttpSession::answered() {
  if (!keep_alive_) {
    state_ = State::kDone;
    stream_.close_after_flush(close_reason_);
    return;
  }
  response_waits_ = true;
  has_answered_ = true;
  if (parser_) {
    parser_->discard_body();
    state_ = State::kSkippingBody;
    set_deadline(limits_.header_timeout_ms);
  } else {
    state_ = State::kReading;
    set_deadline(limits_.keep_alive_timeout_ms);
  }
  if (!feeding_) stream_.offer_kept();
}

// Most deadlines are moved and few are reached, so one timer stays armed and checks the deadline
// when it fires.
void HttpSession::set_deadline(std::uint64_t delay_ms) {
  const std::uint64_t now_ms = stream_.loop().now_ms();
  deadline_ms_ = now_ms + delay_ms;
  if (armed_for_ms_ != 0 && armed_for_ms_ <= deadline_ms_) return;
  stream_.loop().cancel_timer(timer_);
  armed_for_ms_ = deadline_ms_;
  timer_ = stream_.loop().start_timer(delay_ms, [this] { on_timer(); });
}

void HttpSession::on_timer() {
  armed_for_ms_ = 0;
  if (deadline_ms_ == 0 || !is_receiving() || !stream_.open()) return;
  const std::uint64_t now_ms = stream_.loop().now_ms();
  if (now_ms < deadline_ms_) return set_deadline(deadline_ms_ - now_ms);
  if (state_ != State::kSkippingBody && parser_ && !parser_->idle()) {
    return refuse({Code::timeout, "the request took too long"}, CloseReason::kTimeout);
  }
  if (takes_its_answer()) return set_deadline(limits_.keep_alive_timeout_ms);
  stream_.close_after_flush(CloseReason::kTimeout);  // there is no request to answer
}

// True when the client still has response bytes to take and took enough since the last call. The
// kernel may hold megabytes for it. A client that takes nothing gets the time at most twice.
bool HttpSession::takes_its_answer() {
  const std::uint64_t before = std::exchange(acknowledged_, stream_.bytes_acknowledged());
  return stream_.is_slow(before, limits_.keep_alive_timeout_ms);
}

bool HttpSession::may_have_body(int status) const {
  return status >= 200 && status != 204 && status != 304;
}

}  // namespace courtside
