// A connection, and the shard that it lives on, as a Peer and its role use them. The connection may
// close at any time: what it is told after that does nothing.
//
// Threads: its shard's.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "base/bytes.h"
#include "engine/connection/peer_host.h"
#include "engine/doors/doorway.h"
#include "engine/session/liveness.h"
#include "schema/command.h"
#include "transport/connection.h"

namespace courtside {

class Link {
 public:
  Link(PeerHost& host, Doorway door) : host_(host), door_(std::move(door)) {}

  void open(Connection& connection);
  void close() { connection_ = nullptr; }
  bool is_open() const { return connection_ != nullptr; }
  ConnectionId id() const { return id_; }

  PeerHost& host() { return host_; }
  const Services& services() const { return host_.services(); }
  Hub& hub() { return host_.hub(); }
  Doorway& door() { return door_; }

  // The page whose request is at hand, empty for none: it may read the answer.
  void set_origin(std::string_view origin) { origin_ = origin; }
  void respond(HttpResponse response);
  void start_stream(HttpResponse head);
  void end_stream();
  void accept_websocket(const HttpRequest& request, std::string_view subprotocol);

  void send(std::string bytes);
  void send_paced(const SharedBytes& bytes);
  void ping();
  // As much as the kernel takes, where the queue is full.
  void flush_when_congested();
  // A closed connection takes nothing.
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

  // Appends; the verdict comes to Peer::on_verdict with this ticket. draining, unless
  // `while_draining`; overloaded.
  Result<void> submit(Append append, std::uint64_t ticket, bool while_draining = false);

  // Of [0, end_ms): spread, so that those who lose their connections at one moment do not come back
  // at one.
  std::uint64_t spread_ms(std::uint64_t end_ms) const;

 private:
  void allow_origin(HttpResponse& response) const;

  PeerHost& host_;
  Doorway door_;
  Connection* connection_ = nullptr;
  ConnectionId id_;
  std::string origin_;
};

}  // namespace courtside
