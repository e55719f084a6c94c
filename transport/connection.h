// One TCP connection on its loop: HTTP/1.1 first, and WebSocket or a stream after that. It turns
// bytes into whole requests and messages and queues what is to be sent; it knows no events.
//
// Life: adopt() makes it, its ConnectionHandler hears of everything through it, and on_closed is
// the last word: the Connection is gone when that returns. Close calls may be made at any time,
// also from within a handler; nothing else follows them but on_closed, which comes from the loop at
// the end of a turn and never from within a call. Until then the Connection may be used: it ignores
// what it is told.
//
// Writing: send() queues, and the loop flushes once per turn, gathered; what the kernel does not
// take waits. send_paced() is for fan-out: after a turn in which many connections were written to,
// the loop lets up to Loop::kFlushPauseMaxUs pass before the next such turn, so that several events
// share one write (a write costs the same 5-9 us whether it carries one event or a hundred). Above
// `queue_bytes_max` the connection is congested: the sender must stop, and hears on_drained when
// the queue fell below half of it.
//
// Reading: pings are answered here, with the newest unanswered one when several wait. A peer may
// close its sending side and wait for its answers: they are given, and then the connection closes.
// A stream goes on until a write fails. A WebSocket ends, and what is queued goes out first.
//
// Threads: its loop's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/bytes.h"
#include "base/result.h"
#include "base/strong_id.h"
#include "transport/http.h"
#include "transport/loop.h"
#include "transport/websocket_codec.h"

namespace courtside {

class Connection;

// Unique within the process, never used again: what a reply that comes later carries.
using ConnectionId = StrongId<struct ConnectionTag, std::uint64_t>;

struct ConnectionLimits {
  HttpLimits http;
  WebSocketLimits websocket;
  std::size_t queue_bytes_max = 256 * 1024;  // congested above this
  std::uint32_t header_timeout_ms = 10'000;  // from the first byte (or accept) to a whole request
  std::uint32_t keep_alive_timeout_ms = 75'000;  // between requests
  std::uint32_t close_timeout_ms = 5'000;        // of the closing handshake and of the last flush
  // Of the last two a peer that is still being sent something has again as much each time that it
  // took so much over one: it is slow. One that took less counts as gone.
  std::uint32_t slow_bytes_per_second = 4096;

  friend bool operator==(const ConnectionLimits&, const ConnectionLimits&) = default;
};

// Why a connection ended, for metrics and logs.
enum class CloseReason : std::uint8_t {
  kByPeer,     // orderly, or reset
  kByUs,       // close was called
  kViolation,  // the peer broke HTTP or RFC 6455
  kTimeout,
};

class ConnectionHandler {
 public:
  virtual ~ConnectionHandler() = default;

  // The PROXY header of a socket that was to begin with one: it is in, and peer_address() is whom
  // it names; or it was wrong, and nothing but on_closed (kViolation) follows. Before anything
  // else.
  virtual void on_proxy_header(Connection& /*connection*/, bool /*is_good*/) {}

  // A whole request. Answer it with respond(), start_stream() or accept_websocket(), now or later:
  // the next one is not read before. `request` may be moved from.
  virtual void on_request(Connection& connection, HttpRequest& request) = 0;

  // The peer broke HTTP, or was too slow (Code::timeout): answer `error` with respond(); the
  // connection closes after that. `headers`: those that had come by then, perhaps none.
  virtual void on_bad_request(Connection& connection, const Error& error,
                              const HttpHeaders& headers) = 0;

  // The client of the stream at hand closed its sending side. It may still read, or it may have
  // left altogether: the kernel tells which as soon as something is sent to it.
  virtual void on_half_closed(Connection& /*connection*/) {}

  // A whole message; `payload` is valid during the call.
  virtual void on_message(Connection& connection, Opcode opcode, std::string_view payload) = 0;

  // The queue fell below half of its limit after the connection had been congested.
  virtual void on_drained(Connection& connection) = 0;

  // The last word. `close_code` is what the peer's close frame said (0: none came; 1005: one
  // without a code).
  virtual void on_closed(Connection& connection, CloseReason reason, std::uint16_t close_code) = 0;
};

class Connection {
 public:
  virtual ~Connection() = default;

  virtual ConnectionId id() const = 0;
  // The peer's address without port, in text; behind a proxy that sends a PROXY header the
  // client's.
  virtual std::string peer_address() const = 0;

  // Who hears of it from now on; adopt() named the first. REQUIRES: not null, and outlives it.
  virtual void set_handler(ConnectionHandler* handler) = 0;

  // Answers the request at hand. HEAD answers go without the body; Date, Content-Length and
  // Connection are added. Flushed at the end of the turn.
  // REQUIRES: on_request or on_bad_request came, and this is the only answer.
  virtual void respond(const HttpResponse& response) = 0;

  // Answers with a stream of unknown length: send() its parts (chunked transfer coding is applied
  // here, or to HTTP/1.0 the connection's end), then end_stream(). A client that leaves in between
  // is reported by on_closed.
  virtual void start_stream(const HttpResponse& head) = 0;
  virtual void end_stream() = 0;

  // RFC 6455, section 4.2: upgrade_required when `request` asks for no WebSocket, or for another
  // version (details: {"version":13}; the answer needs "Sec-WebSocket-Version: 13" either way);
  // bad_request when it does so wrongly. Looks only; nothing is answered.
  static Result<void> check_upgrade(const HttpRequest& request);
  // Answers 101; from now on on_message is called. `subprotocol` may be empty.
  // REQUIRES: check_upgrade(request).
  virtual void accept_websocket(const HttpRequest& request, std::string_view subprotocol) = 0;

  // Queues bytes as they are: whole WebSocket frames (append_frame), or a part of a stream's body.
  // Flushed at the end of the turn.
  virtual void send(SharedBytes bytes) = 0;
  // The same for fan-out: may wait a few milliseconds for company when the loop is busy writing.
  virtual void send_paced(SharedBytes bytes) { send(std::move(bytes)); }

  // Queues an empty WebSocket ping. The answer shows in last_heard_ms().
  virtual void ping() {}

  // Tries to write what is queued right now, without waiting for the end of the turn.
  virtual void flush() = 0;

  virtual std::size_t queued_bytes() const = 0;
  virtual bool congested() const = 0;
  // Bytes that the kernel took so far, and how many of them the peer's kernel confirmed: what is
  // between waits in one of the two, which may be megabytes.
  virtual std::uint64_t bytes_written() const = 0;
  virtual std::uint64_t bytes_acknowledged() = 0;
  // Loop::now_ms() at the peer's last sign of life: over HTTP any byte; over WebSocket a whole
  // message or control frame, or kSignOfLifeBytes more of one that is on its way, so that nobody
  // lives on by sending a byte now and then. While reading is paused it is now: we do not listen.
  static constexpr std::size_t kSignOfLifeBytes = 4096;
  virtual std::uint64_t last_heard_ms() const = 0;

  // Stops and resumes reading: nothing but on_drained and on_closed comes while paused.
  virtual void pause_reading() = 0;
  virtual void resume_reading() = 0;

  // Sends a close frame behind what is queued, waits for the peer's, then closes. Before the
  // upgrade it is close_after_flush().
  virtual void close_websocket(std::uint16_t code, std::string_view reason) = 0;
  // Closes after what is queued went out.
  virtual void close_after_flush() = 0;
  // Resets the connection at once; what is queued is lost.
  virtual void abort() = 0;
};

}  // namespace courtside
