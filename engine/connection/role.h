// What a request turned its connection into: a session, an event stream or a history file.
//
// Threads: its shard's. Its Peer passes it the connection's events and destroys it when it is over.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.h"
#include "engine/access/rights_change.h"
#include "schema/command.h"
#include "transport/connection.h"

namespace courtside {

// How the server takes leave of its clients when it shuts down.
struct Goodbye {
  std::uint16_t close_code = 1012;  // RFC 6455's registry: service restart
  // Sessions are told to come back at different moments within this time.
  std::uint64_t spread_ms = 5'000;
};

// For administration.
struct RoleInfo {
  std::string_view kind = "http";  // "session", "stream", "history", "wait", "echo"; "http": none
  std::string actor = {};          // as Identity has it; empty: nobody, or not known yet
  std::size_t subscriptions = 0;
};

class Role {
 public:
  virtual ~Role() = default;

  // It has ended: the connection may carry the next request.
  virtual bool is_over() const = 0;
  // A history file, which has unbounded length.
  virtual bool is_history() const = 0;
  virtual RoleInfo describe() const = 0;

  virtual void on_message(Opcode opcode, std::string_view payload) = 0;
  virtual void on_verdict(const Verdict& verdict) = 0;
  // The log has failed: no verdict comes any more.
  virtual void on_log_failure(const Error& /*error*/) {}
  virtual void on_drained() = 0;
  virtual void on_tick(std::uint64_t now_ms) = 0;
  // The client closed its sending side; it may still read, or be gone.
  virtual void on_half_closed() = 0;
  virtual void on_closed() = 0;
  // See Session::on_rights_change.
  virtual void on_rights_change(const RightsChange& change, bool revokes) = 0;
  virtual void drain(const Goodbye& goodbye) = 0;
};

}  // namespace courtside
