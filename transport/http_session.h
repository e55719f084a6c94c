// HTTP/1.1 over a TcpStream, the server's end: requests in, one at a time, answers out in their
// order; keep-alive, pipelining (what follows waits, unparsed), streams, and the time a client may
// take. Exists until the connection is upgraded. Threads: its loop's.
//
//   reading -> answering -> reading ...          upgraded: no longer this class's matter
//                       -> streaming -> reading ...
//                       -> (stream drains) after the last answer
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "transport/connection.h"
#include "transport/http.h"
#include "transport/tcp_stream.h"

namespace courtside {

class HttpSessionOwner {
 public:
  virtual void on_http_request(HttpRequest& request) = 0;
  // Answered with respond(); the stream drains after that. `headers`: see on_bad_request.
  virtual void on_http_error(const Error& error, const HttpHeaders& headers) = 0;
  // The client of the stream that is being sent closed its sending side.
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

  // Answers how many bytes it used: none of what follows a request that is not answered yet.
  std::size_t feed(std::string_view bytes);
  bool feeding() const { return feeding_; }
  // The stream has room again.
  void on_drained();
  // The kernel took something of what is queued.
  void on_written();
  // The client sends no more, and nothing of what it sent is left. What it asked for is answered.
  void on_end();

  void respond(const HttpResponse& response);
  void start_stream(const HttpResponse& head);
  void send_part(SharedBytes bytes, Urgency urgency);
  void end_stream();
  // 101; the bytes behind the request are left to the caller.
  void upgrade(const HttpRequest& request, std::string_view subprotocol);

 private:
  enum class State : std::uint8_t { kReading, kAnswering, kStreaming, kUpgraded, kDone };

  void take(HttpRequest& request);
  void refuse(const Error& error, CloseReason reason);  // REQUIRES: a parser
  void answered();
  void set_deadline(std::uint64_t delay_ms);
  void on_timer();
  bool takes_its_answer();
  bool may_have_body(int status) const;

  TcpStream& stream_;
  const ConnectionLimits& limits_;  // the connection's
  HttpSessionOwner& owner_;
  std::unique_ptr<HttpParser> parser_;  // null between requests
  TimerId timer_;
  std::uint64_t armed_for_ms_ = 0;  // when the timer fires; 0: it is not armed
  std::uint64_t deadline_ms_ = 0;   // moves on without touching the timer; 0: none
  std::uint64_t acknowledged_ = 0;  // TcpStream::bytes_acknowledged() when last looked at
  State state_ = State::kReading;
  CloseReason close_reason_ = CloseReason::kByUs;
  std::uint8_t minor_version_ = 1;
  bool head_only_ = false;
  bool keep_alive_ = true;
  bool chunked_ = false;
  bool feeding_ = false;
};

}  // namespace courtside
