#include "transport/websocket_session.h"

#include <algorithm>
#include <utility>

#include "base/error.h"

namespace courtside {

WebSocketSession::WebSocketSession(WebSocketCodec codec, const ConnectionLimits& limits,
                                   TcpStream& stream, WebSocketSessionOwner& owner)
    : codec_(std::move(codec)),
      stream_(stream),
      owner_(owner),
      pongs_(limits.pongs_per_second_max),
      heard_ms_(stream.loop().now_ms()),
      close_timeout_ms_(limits.close_timeout_ms),
      receive_timeout_ms_(limits.receive_timeout_ms) {}

WebSocketSession::~WebSocketSession() {
  for (const TimerId timer : {close_timer_, pong_timer_, rest_timer_}) {
    stream_.loop().cancel_timer(timer);
  }
}

std::size_t WebSocketSession::feed(std::string_view bytes) {
  if (state_ == State::kEnded) return bytes.size();
  unfinished_bytes_ += bytes.size();
  const auto used = codec_.feed(bytes, *this);
  if (unfinished_bytes_ >= Connection::kSignOfLifeBytes) note_heard();
  if (!used) {
    refuse(used.error(), CloseReason::kViolation);
    return bytes.size();
  }
  note_unfinished();
  return *used;
}

// One timer stays armed while something is unfinished at each look. What is finished costs none.
void WebSocketSession::note_unfinished() {
  if (!codec_.is_unfinished()) {
    began_ms_ = 0;
  } else if (began_ms_ == 0) {
    began_ms_ = stream_.loop().now_ms();
    if (receive_timeout_ms_ != 0 && !is_rest_awaited_) await_rest(receive_timeout_ms_);
  }
}

void WebSocketSession::await_rest(std::uint64_t wait_ms) {
  is_rest_awaited_ = true;
  rest_timer_ = stream_.loop().start_timer(wait_ms, [this] {
    is_rest_awaited_ = false;
    if (began_ms_ == 0 || state_ == State::kEnded || !stream_.open()) return;
    // Our own pause in reading is not the peer's delay.
    if (!stream_.reading()) return await_rest(receive_timeout_ms_);
    const std::uint64_t now_ms = stream_.loop().now_ms();
    const std::uint64_t due_ms = std::max(began_ms_, stream_.resumed_ms()) + receive_timeout_ms_;
    if (now_ms < due_ms) return await_rest(due_ms - now_ms);
    const auto code = static_cast<std::uint16_t>(info(Code::timeout).close_code);
    refuse({code, "the message took too long"}, CloseReason::kTimeout);
  });
}

void WebSocketSession::note_heard() {
  heard_ms_ = stream_.loop().now_ms();
  unfinished_bytes_ = 0;
}

bool WebSocketSession::on_input(const WebSocketInput& input) {
  note_heard();
  if (!input.is_within_message) began_ms_ = 0;
  switch (input.opcode) {
    case Opcode::kText:
    case Opcode::kBinary:
      if (state_ == State::kOpen) owner_.on_session_message(input.opcode, input.payload);
      break;
    case Opcode::kPing:
      if (state_ == State::kOpen) answer_ping(input.payload);
      break;
    case Opcode::kPong: break;  // its arrival is all that matters
    case Opcode::kClose: answer_close(input); return false;
  }
  return stream_.open() && stream_.reading();
}

// At most one pong is queued and one payload waits, even if the peer never reads: only the newest
// ping needs an answer (RFC 6455, section 5.5.3).
void WebSocketSession::answer_ping(std::string_view payload) {
  const bool is_free = !waiting_pong_ && stream_.bytes_written() >= pong_end_;
  if (is_free && pongs_.take(stream_.loop().now_ms())) return send_pong(payload);
  const bool is_first = !waiting_pong_;
  waiting_pong_ = std::make_unique<std::string>(payload);
  if (is_first) send_waiting_pong();
}

void WebSocketSession::on_written() {
  if (waiting_pong_) send_waiting_pong();
}

// Now, or when the pong before it is written and the rate allows it.
void WebSocketSession::send_waiting_pong() {
  EventLoop& loop = stream_.loop();
  if (!waiting_pong_ || state_ != State::kOpen || stream_.bytes_written() < pong_end_) return;
  loop.cancel_timer(pong_timer_);
  if (!pongs_.take(loop.now_ms())) {
    pong_timer_ = loop.start_timer(pongs_.wait_ms(loop.now_ms()), [this] { send_waiting_pong(); });
    return;
  }
  const std::unique_ptr<std::string> payload = std::move(waiting_pong_);
  send_pong(*payload);
}

void WebSocketSession::send_pong(std::string_view payload) {
  std::string frame;
  append_frame(frame, Opcode::kPong, payload, codec_.role());
  stream_.send(SharedBytes(std::move(frame)), Urgency::kReply);
  pong_end_ = stream_.bytes_written() + stream_.queued_bytes();
}

void WebSocketSession::ping() {
  if (state_ != State::kOpen) return;
  std::string frame;
  append_frame(frame, Opcode::kPing, {}, codec_.role());
  stream_.send(SharedBytes(std::move(frame)), Urgency::kPaced);
}

void WebSocketSession::close(std::uint16_t code, std::string_view reason) {
  if (state_ != State::kOpen || !stream_.open()) return;
  state_ = State::kClosing;
  const bool something_waits = stream_.is_owed();
  std::string frame;
  append_close_frame(frame, code, reason, codec_.role());
  stream_.send(SharedBytes(std::move(frame)), Urgency::kReply);
  wait_for_close(something_waits);
  stream_.resume_reading();  // otherwise the peer's close frame would never be read
}

// A slow reader has yet to reach our close frame. The timeout is extended each time the peer took
// enough of the data before it, and once more after the last of that data. The amount of data is
// bounded, so the time is too.
void WebSocketSession::wait_for_close(bool something_waits) {
  const std::uint64_t before = stream_.bytes_acknowledged();
  close_timer_ = stream_.loop().start_timer(close_timeout_ms_, [this, before, something_waits] {
    if (stream_.is_slow(before, close_timeout_ms_)) return wait_for_close(true);
    if (something_waits && !stream_.is_owed()) return wait_for_close(false);
    stream_.abort(CloseReason::kByUs);
  });
}

void WebSocketSession::answer_close(const WebSocketInput& input) {
  peer_close_code_ = input.close_code;
  peer_close_reason_ = input.payload;
  const bool peer_began = state_ == State::kOpen;
  state_ = State::kEnded;
  if (peer_began) {
    std::string frame;
    append_close_frame(frame, input.close_code, {}, codec_.role());
    stream_.send(SharedBytes(std::move(frame)), Urgency::kReply);
  }
  stream_.close_after_flush(peer_began ? CloseReason::kByPeer : CloseReason::kByUs);
}

// Nothing can be parsed after a violation or within a frame, so the peer's close frame is not
// awaited: the stream drains until the peer's FIN or the timeout.
void WebSocketSession::refuse(const WebSocketCodec::Violation& violation, CloseReason reason) {
  violation_code_ = violation.close_code;
  const bool close_not_sent = state_ == State::kOpen;
  state_ = State::kEnded;
  if (close_not_sent) {
    std::string frame;
    append_close_frame(frame, violation.close_code, violation.reason, codec_.role());
    stream_.send(SharedBytes(std::move(frame)), Urgency::kReply);
  }
  stream_.close_after_flush(reason);
}

}  // namespace courtside
