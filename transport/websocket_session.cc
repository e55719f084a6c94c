#include "transport/websocket_session.h"

#include <utility>

namespace courtside {

WebSocketSession::WebSocketSession(WebSocketCodec codec, std::uint32_t close_timeout_ms,
                                   TcpStream& stream, WebSocketSessionOwner& owner)
    : codec_(std::move(codec)),
      stream_(stream),
      owner_(owner),
      heard_ms_(stream.loop().now_ms()),
      close_timeout_ms_(close_timeout_ms) {}

WebSocketSession::~WebSocketSession() { stream_.loop().cancel_timer(close_timer_); }

std::size_t WebSocketSession::feed(std::string_view bytes) {
  if (state_ == State::kEnded) return bytes.size();
  unfinished_bytes_ += bytes.size();
  const auto used = codec_.feed(bytes, *this);
  if (unfinished_bytes_ >= Connection::kSignOfLifeBytes) note_heard();
  if (used) return *used;
  refuse(used.error());
  return bytes.size();
}

void WebSocketSession::note_heard() {
  heard_ms_ = stream_.loop().now_ms();
  unfinished_bytes_ = 0;
}

bool WebSocketSession::on_input(const WebSocketInput& input) {
  note_heard();
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
  if (stream_.bytes_written() >= pong_end_) return send_pong(payload);
  waiting_pong_ = std::make_unique<std::string>(payload);
}

void WebSocketSession::on_written() {
  if (!waiting_pong_ || state_ != State::kOpen || stream_.bytes_written() < pong_end_) return;
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

// Nothing can be parsed after a violation, so the peer's close frame is not awaited: the stream
// drains until the peer's FIN or the timeout.
void WebSocketSession::refuse(const WebSocketCodec::Violation& violation) {
  violation_code_ = violation.close_code;
  const bool close_not_sent = state_ == State::kOpen;
  state_ = State::kEnded;
  if (close_not_sent) {
    std::string frame;
    append_close_frame(frame, violation.close_code, violation.reason, codec_.role());
    stream_.send(SharedBytes(std::move(frame)), Urgency::kReply);
  }
  stream_.close_after_flush(CloseReason::kViolation);
}

}  // namespace courtside
