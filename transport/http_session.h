// The server side of HTTP/1.1 over a TcpStream: requests in, one at a time, responses out in order;
// keep-alive, pipelining (later requests wait unparsed), streams, and the timeouts of a client. It
// exists until the connection is upgraded. Threads: its loop's.
//
//   reading -> answering -> reading ...          upgraded: replaced by WebSocketSession
//                       -> streaming -> reading ...
//                       -> (stream drains) after the last response
//
// A request with a body is passed on when its headers are complete:
//
//   answering -> reading body -> answering       read_body()
//             -> skipping body -> reading        an answer before that, to a short body; behind a
//                                                long one the connection ends
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "transport/connection.h"
#include "transport/http_parser.h"
#include "transport/tcp_stream.h"

namespace courtside {

class HttpSessionOwner {
 public:
  // See ConnectionHandler::on_request and on_body.
  virtual void on_http_request(HttpRequest& request) = 0;
  virtual void on_http_body(std::string& body) = 0;
  // Answer with respond(); the stream drains after that. `headers`: see on_bad_request.
  virtual void on_http_error(const Error& error, const HttpHeaders& headers) = 0;
  // The client of the current stream closed its sending side.
  virtual void on_http_half_close() = 0;

 protected:
  ~HttpSessionOwner() = default;
};

class HttpSession {
 public:
  HttpSession(TcpStream& stream, const ConnectionLimits& limits, HttpSessionOwner& owner);
  ~HttpSession();
  HttpSession(const HttpSession&) = delete;
  HttpSession& operator=(const HttpSession&) = delete;

  // Returns how many bytes it used: nothing after a request that is not answered yet.
  std::size_t feed(std::string_view bytes);
  bool feeding() const { return feeding_; }
  // The stream has room again.
  void on_drained();
  // The kernel accepted queued bytes.
  void on_written();
  // The client sends no more, and all its input was used. Its requests are still answered.
  void on_end();

  void read_body();
  void respond(const HttpResponse& response);
  void start_stream(const HttpResponse& head);
  void send_part(SharedBytes bytes, Urgency urgency);
  void end_stream();
  // Sends `answer`, a 101; the bytes after the request are left to the caller.
  void upgrade(std::string answer);

 private:
  enum class State : std::uint8_t {
    kReading,
    kAnswering,
    kReadingBody,
    kSkippingBody,
    kStreaming,
    kUpgraded,
    kDone,
  };
  // An unread body up to this length is skipped, so that the connection stays.
  static constexpr std::size_t kSkippedBytesMax = 64 * 1024;

  bool is_receiving() const {
    return state_ == State::kReading || state_ == State::kReadingBody ||
           state_ == State::kSkippingBody;
  }
  void take(HttpRequest& request);
  void take_body(std::string& body);
  void refuse_input(const Error& error);
  void settle_unread_body();
  void refuse(const Error& error, CloseReason reason);  // REQUIRES: parser_ is not null
  void answered();
  void set_deadline(std::uint64_t delay_ms);
  void on_timer();
  bool takes_its_answer();
  bool may_have_body(int status) const;

  TcpStream& stream_;
  const ConnectionLimits& limits_;  // the connection's
  HttpSessionOwner& owner_;
  std::unique_ptr<HttpParser> parser_;  // null between requests, and when the request has no body
  TimerId timer_;
  std::uint64_t armed_for_ms_ = 0;  // when the timer fires; 0: not armed
  std::uint64_t deadline_ms_ = 0;   // may be later than the timer; 0: none
  std::uint64_t acknowledged_ = 0;  // TcpStream::bytes_acknowledged() at the last check
  State state_ = State::kReading;
  CloseReason close_reason_ = CloseReason::kByUs;
  std::uint8_t minor_version_ = 1;
  bool head_only_ = false;
  bool can_skip_body_ = false;  // of the current request
  bool expects_continue_ = false;
  bool has_answered_ = false;  // a request, on this connection
  bool keep_alive_ = true;
  bool chunked_ = false;
  bool feeding_ = false;
  bool response_waits_ = false;  // the last one is not written yet
};

}  // namespace courtside
