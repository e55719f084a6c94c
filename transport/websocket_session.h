// WebSocket over a TcpStream, the same for server and client: messages in; it does pongs and the
// closing handshake itself (RFC 6455, sections 5.5 and 7). Threads: its loop's.
//
//   open -> closing -> ended
//
// closing: we sent a close frame and wait for the peer's. ended: the stream drains.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "transport/connection.h"
#include "transport/pong_pacer.h"
#include "transport/tcp_stream.h"
#include "transport/websocket_codec.h"

namespace courtside {

class WebSocketSessionOwner {
 public:
  // A text or binary message.
  virtual void on_session_message(Opcode opcode, std::string_view payload) = 0;

 protected:
  ~WebSocketSessionOwner() = default;
};

class WebSocketSession final : WebSocketInputHandler {
 public:
  // It uses close_timeout_ms, receive_timeout_ms and pongs_per_second_max of the limits.
  WebSocketSession(WebSocketCodec codec, const ConnectionLimits& limits, TcpStream& stream,
                   WebSocketSessionOwner& owner);
  ~WebSocketSession() override;

  // Returns how many bytes it used: fewer than all when the owner paused reading.
  std::size_t feed(std::string_view bytes);
  // The stream wrote something: a waiting pong may be sent.
  void on_written();

  void ping();
  // Sends a close frame and waits for the peer's. Does nothing after either side closed.
  void close(std::uint16_t code, std::string_view reason);

  bool open() const { return state_ == State::kOpen; }
  // See Connection::last_heard_ms().
  std::uint64_t last_heard_ms() const { return heard_ms_; }
  // The code of the peer's close frame: 0 while there is none, 1005 for one without a code.
  std::uint16_t peer_close_code() const { return peer_close_code_; }
  // The code that answered the peer's violation of RFC 6455, or a message that took too long; 0:
  // there was none.
  std::uint16_t violation_code() const { return violation_code_; }
  const std::string& peer_close_reason() const { return peer_close_reason_; }

 private:
  enum class State : std::uint8_t { kOpen, kClosing, kEnded };

  bool on_input(const WebSocketInput& input) override;
  void note_heard();
  void wait_for_close(bool something_waits);  // in front of our close frame
  void answer_ping(std::string_view payload);
  void send_pong(std::string_view payload);
  void send_waiting_pong();
  void answer_close(const WebSocketInput& input);
  void note_unfinished();
  void await_rest(std::uint64_t wait_ms);
  void refuse(const WebSocketCodec::Violation& violation, CloseReason reason);

  WebSocketCodec codec_;
  TcpStream& stream_;
  WebSocketSessionOwner& owner_;
  std::unique_ptr<std::string> waiting_pong_;  // the newest ping's payload, not answered yet
  std::uint64_t pong_end_ = 0;  // the stream's written bytes when the last pong is written
  PongPacer pongs_;
  TimerId pong_timer_;  // for waiting_pong_
  std::string peer_close_reason_;
  std::uint64_t heard_ms_;
  std::size_t unfinished_bytes_ = 0;  // received since heard_ms_
  std::uint64_t began_ms_ = 0;  // when the unfinished frame or message began; 0: there is none
  TimerId rest_timer_;
  bool is_rest_awaited_ = false;  // by rest_timer_
  TimerId close_timer_;
  const std::uint32_t close_timeout_ms_;
  const std::uint32_t receive_timeout_ms_;
  std::uint16_t peer_close_code_ = 0;
  std::uint16_t violation_code_ = 0;
  State state_ = State::kOpen;
};

}  // namespace courtside
