// A connection and its shard, for Peer and its role. The connection may close at any time; calls
// after that do nothing.
//
// Threads: its shard's.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "base/bytes.h"
#include "engine/admission/connection_admission.h"
#include "engine/connection/peer_host.h"
#include "engine/session/liveness.h"
#include "schema/command.h"
#include "transport/connection.h"

namespace courtside {

class Link {
 public:
  Link(PeerHost& host, ConnectionAdmission admission)
      : host_(host), admission_(std::move(admission)) {}

  void open(Connection& connection);
  void close() { connection_ = nullptr; }
  // For the metrics, when a WebSocket was closed: what Connection::on_closed says.
  void count_close(CloseReason reason, std::uint16_t code);
  bool is_open() const { return connection_ != nullptr; }
  ConnectionId id() const { return id_; }

  PeerHost& host() { return host_; }
  const Services& services() const { return host_.services(); }
  Hub& hub() { return host_.hub(); }
  ConnectionAdmission& admission() { return admission_; }
  std::string address() const { return admission_.address(); }

  // A request came; respond(), start_stream() or accept_websocket() answers it.
  void expect_answer() { awaits_answer_ = true; }
  bool awaits_answer() const { return awaits_answer_; }
  void read_body();
  // Something is still to be sent: an answer, or bytes that the client has not acknowledged.
  bool is_busy() const;

  // See Connection::client_name(). A proxy's certificate is not that of its clients.
  std::optional<std::string> client_name() const {
    if (connection_ == nullptr || admission_.is_behind_proxy()) return std::nullopt;
    return connection_->client_name();
  }

  // The allowed origin of the current request, for its CORS headers; empty: none.
  void set_origin(std::string_view origin) { origin_ = origin; }
  // While the server is going down, or has no memory for it, the connection closes after the
  // response.
  void respond(HttpResponse response);
  void start_stream(HttpResponse head);
  void end_stream();
  void accept_websocket(const HttpRequest& request, const UpgradeTerms& terms);

  void send(std::string bytes);
  void send_paced(const SharedBytes& bytes);
  void ping();
  // When the queue is full, writes as much as the kernel takes.
  void flush_when_congested();
  // A closed connection counts as congested.
  bool congested() const { return connection_ == nullptr || connection_->congested(); }
  std::size_t queued_bytes() const { return connection_ ? connection_->queued_bytes() : 0; }
  std::uint64_t bytes_acknowledged() const;
  // REQUIRES: is_open().
  Traffic traffic() const;

  void pause_reading();
  void resume_reading();
  void close_websocket(std::uint16_t code, std::string_view reason);
  void close_after_flush();
  void abort();
  // Ends the connection as a whole: a WebSocket with 1012 and a reason, so that the client comes
  // back; anything else at once.
  void cut(std::string_view reason);

  // Submits the append; Peer::on_verdict gets the verdict with this ticket. Errors: draining
  // (unless `while_draining`), overloaded.
  Result<void> submit(Append append, std::uint64_t ticket, bool while_draining = false);

  // A delay in [0, end_ms), derived from the connection id. It spreads the reconnects of clients
  // that lost their connections at the same time.
  std::uint64_t spread_ms(std::uint64_t end_ms) const;

 private:
  void add_browser_headers(HttpResponse& response) const;

  PeerHost& host_;
  ConnectionAdmission admission_;
  Connection* connection_ = nullptr;
  ConnectionId id_;
  bool awaits_answer_ = false;
  bool is_websocket_ = false;
  std::uint16_t closed_with_ = 0;  // by us; 0: not yet
  std::string origin_;
};

}  // namespace courtside
