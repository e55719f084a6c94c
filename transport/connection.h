// One TCP connection on its loop: HTTP/1.1 first, then possibly WebSocket or a stream. It turns
// bytes into whole requests and messages, and queues what is to be sent; it knows no events.
//
// Lifetime: adopt() creates it, its ConnectionHandler receives all callbacks, and on_closed is the
// last one: the Connection is destroyed when on_closed returns. The close functions may be called
// at any time, also within a handler. Only on_closed follows them; it comes from the loop at the
// end of a turn, never within a call. Until then the Connection may be used, but ignores calls.
//
// Writing: send() queues, and the loop flushes once per turn with gathered writes; what the kernel
// does not take stays queued. send_paced() is for fan-out: after a turn with writes to many
// connections, the loop waits up to FlushSchedule::kPauseMaxUs before the next such turn, so that
// several events share one write (a write costs the same 5-9 us for one event or a hundred). Above
// `queue_bytes_max` the connection is congested: the sender must stop until on_drained, which comes
// when the queue falls below half of the limit.
//
// Reading: pings are answered here, pongs_per_second_max of them; of several unanswered ones, only
// the newest. A peer may close
// its sending side and wait for its responses: they are sent, and then the connection closes. A
// stream continues until a write fails. A WebSocket ends after its queue is written.
//
// Threads: its loop's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/bytes.h"
#include "base/result.h"
#include "base/strong_id.h"
#include "transport/connection_limits.h"
#include "transport/deflate_agreement.h"
#include "transport/http.h"
#include "transport/loop.h"
#include "transport/websocket_codec.h"

namespace courtside {

class Connection;

// Unique within the process and never reused. A late reply carries it.
using ConnectionId = StrongId<struct ConnectionTag, std::uint64_t>;

// Why a connection ended, for metrics and logs.
enum class CloseReason : std::uint8_t {
  kByPeer,     // orderly, or by a reset
  kByUs,       // a close function was called
  kViolation,  // the peer broke HTTP or RFC 6455
  kTimeout,
};

class ConnectionHandler {
 public:
  virtual ~ConnectionHandler() = default;

  // For a socket that must begin with a PROXY header, before all other callbacks. `is_good`: the
  // header is complete, and peer_address() is the client's address. Otherwise it was malformed, and
  // only on_closed (kViolation) follows.
  virtual void on_proxy_header(Connection& /*connection*/, bool /*is_good*/) {}

  // The bytes are not TLS, or no TLS that is accepted; `why` in OpenSSL's words. on_closed
  // (kViolation) follows.
  virtual void on_bad_tls(Connection& /*connection*/, const std::string& /*why*/) {}

  // A request whose headers are complete. Answer it with respond(), start_stream() or
  // accept_websocket(), now or later: the next request is not read before. Of its body, if it has
  // one, nothing was read: call read_body() first, or answer without it. `request` may be moved
  // from.
  virtual void on_request(Connection& connection, HttpRequest& request) = 0;

  // The whole body, after read_body(). It may be moved from. A body that breaks HTTP, is too large
  // or too slow ends in on_bad_request instead.
  virtual void on_body(Connection& /*connection*/, std::string& /*body*/) {}

  // The peer broke HTTP or was too slow (Code::timeout): answer `error` with respond(); the
  // connection closes after that. `headers` are those received so far, perhaps none.
  virtual void on_bad_request(Connection& connection, const Error& error,
                              const HttpHeaders& headers) = 0;

  // The client of the current stream closed its sending side. It may still read, or it may be gone:
  // the next write shows which.
  virtual void on_half_closed(Connection& /*connection*/) {}

  // A whole message; `payload` is valid during the call.
  virtual void on_message(Connection& connection, Opcode opcode, std::string_view payload) = 0;

  // The queue fell below half of its limit after congestion.
  virtual void on_drained(Connection& connection) = 0;

  // The last call. `close_code` is from the peer's close frame (0: there was none; 1005: it had no
  // code), or the code that answered a violation of RFC 6455 (kViolation) or an unfinished message
  // (kTimeout).
  virtual void on_closed(Connection& connection, CloseReason reason, std::uint16_t close_code) = 0;
};

// What an upgrade to WebSocket agrees on.
struct UpgradeTerms {
  std::string subprotocol = {};                  // empty: none
  std::optional<DeflateAgreement> deflate = {};  // agree_on_deflate() of the request; or none
  std::optional<WebSocketLimits> limits = {};    // instead of those of the connection
};

class Connection {
 public:
  virtual ~Connection() = default;

  virtual ConnectionId id() const = 0;
  // The peer's address without port, as text; behind a proxy that sends a PROXY header, the
  // client's address.
  virtual std::string peer_address() const = 0;
  // The common name of the certificate that the client showed in the TLS handshake, and that an
  // authority of clients has signed; empty when the certificate has no usable one. Nothing without
  // a certificate. REQUIRES: a request came.
  virtual std::optional<std::string> client_name() const { return std::nullopt; }

  // Replaces the handler. REQUIRES: not null, and it outlives the connection.
  virtual void set_handler(ConnectionHandler* handler) = 0;

  // Reads the body of the current request: on_body follows. REQUIRES: on_request came with a body,
  // and nothing was answered.
  virtual void read_body() = 0;

  // Answers the current request. The connection closes after it when a long body was not read. The
  // body of a HEAD response is not sent; Date, Content-Length and
  // Connection are added. Flushed at the end of the turn. REQUIRES: on_request or on_bad_request
  // came, and this is the only response.
  virtual void respond(const HttpResponse& response) = 0;

  // Answers with a stream of unknown length: send() its parts, then end_stream(). The parts are
  // sent with chunked transfer coding, or to HTTP/1.0 up to the connection's end. If the client
  // leaves, on_closed follows.
  virtual void start_stream(const HttpResponse& head) = 0;
  virtual void end_stream() = 0;

  // RFC 6455, section 4.2. upgrade_required when `request` asks for no WebSocket or for another
  // version (details: {"version":13}; the response needs "Sec-WebSocket-Version: 13" in both
  // cases); bad_request when the upgrade is malformed. It only checks; nothing is sent.
  static Result<void> check_upgrade(const HttpRequest& request);
  // Answers 101; from then on on_message is called. REQUIRES: check_upgrade(request) succeeded.
  virtual void accept_websocket(const HttpRequest& request, const UpgradeTerms& terms) = 0;

  // Queues bytes as they are: whole WebSocket frames (append_frame), or a part of a stream's body.
  // Flushed at the end of the turn.
  virtual void send(SharedBytes bytes) = 0;
  // The same for fan-out: may be delayed by a few milliseconds while the loop is busy writing.
  virtual void send_paced(SharedBytes bytes) { send(std::move(bytes)); }

  // Queues an empty WebSocket ping. The peer's pong updates last_heard_ms().
  virtual void ping() {}

  // Tries to write the queue now, before the end of the turn.
  virtual void flush() = 0;

  virtual std::size_t queued_bytes() const = 0;
  virtual bool congested() const = 0;
  // Bytes that the kernel accepted so far, and bytes that the peer's kernel acknowledged. The
  // difference, perhaps megabytes, waits in one of the two kernels.
  virtual std::uint64_t bytes_written() const = 0;
  virtual std::uint64_t bytes_acknowledged() = 0;
  // Loop::now_ms() at the peer's last sign of life. Over HTTP any byte counts. Over WebSocket a
  // whole message or control frame counts, or kSignOfLifeBytes more of an unfinished one: single
  // bytes now and then must not keep a connection alive. While reading is paused, it is the current
  // time, because nothing is read.
  static constexpr std::size_t kSignOfLifeBytes = 4096;
  virtual std::uint64_t last_heard_ms() const = 0;

  // While reading is paused, only on_drained and on_closed come.
  virtual void pause_reading() = 0;
  virtual void resume_reading() = 0;

  // Queues a close frame, waits for the peer's, then closes. Before the upgrade it does the same as
  // close_after_flush().
  virtual void close_websocket(std::uint16_t code, std::string_view reason) = 0;
  // Closes after the queue is written.
  virtual void close_after_flush() = 0;
  // Resets the connection now; the queue is lost.
  virtual void abort() = 0;
};

}  // namespace courtside
