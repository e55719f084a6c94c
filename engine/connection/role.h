// What a request turned its connection into, when it is not answered at once: a session, a stream
// of events or a file of history.
//
// Threads: its shard's. It hears of what happens to the connection through its Peer, which puts it
// away when it is over.
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

  // Nothing is left to do: the connection may bring the next request.
  virtual bool is_over() const = 0;
  // A file of history, which is as long as the log.
  virtual bool is_history() const = 0;

  virtual void on_message(Opcode opcode, std::string_view payload) = 0;
  virtual void on_verdict(const Verdict& verdict) = 0;
  virtual void on_drained() = 0;
  virtual void on_tick(std::uint64_t now_ms) = 0;
  // The client closed its sending side: it may still read, or have left.
  virtual void on_half_closed() = 0;
  virtual void on_closed() = 0;
  // See Session::on_rights_change.
  virtual void on_rights_change(const RightsChange& change, bool revokes) = 0;
  // The server goes down: 1012, or `code` where something broke.
  virtual void drain(std::uint16_t code) = 0;
};

}  // namespace courtside
