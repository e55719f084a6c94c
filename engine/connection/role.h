// What a request turned its connection into: a session, an event stream or a history file.
//
// Threads: its shard's. Its Peer passes it the connection's events and destroys it when it is over.
#pragma once

#include <cstdint>
#include <string_view>

#include "engine/access/rights_change.h"
#include "schema/command.h"
#include "transport/connection.h"

namespace courtside {

class Role {
 public:
  virtual ~Role() = default;

  // It has ended: the connection may carry the next request.
  virtual bool is_over() const = 0;
  // A history file, which has unbounded length.
  virtual bool is_history() const = 0;

  virtual void on_message(Opcode opcode, std::string_view payload) = 0;
  virtual void on_verdict(const Verdict& verdict) = 0;
  virtual void on_drained() = 0;
  virtual void on_tick(std::uint64_t now_ms) = 0;
  // The client closed its sending side; it may still read, or be gone.
  virtual void on_half_closed() = 0;
  virtual void on_closed() = 0;
  // See Session::on_rights_change.
  virtual void on_rights_change(const RightsChange& change, bool revokes) = 0;
  // The server shuts down: close with 1012, or with `code` after a failure.
  virtual void drain(std::uint16_t code) = 0;
};

}  // namespace courtside
