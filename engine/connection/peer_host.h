// The shard's interface for its connections. Threads: the shard's, except for resume().
#pragma once

#include <cstddef>
#include <cstdint>

#include "engine/admission/read_turns.h"
#include "engine/delivery/hub.h"
#include "engine/http/exchange.h"
#include "engine/http/services.h"
#include "transport/connection.h"

namespace courtside {

class PeerHost {
 public:
  virtual const Services& services() const = 0;
  virtual Hub& hub() = 0;
  virtual std::uint32_t number() const = 0;  // the author number in appends
  virtual std::uint64_t now_ms() = 0;        // the loop's clock
  virtual bool draining() const = 0;
  virtual std::size_t connection_count() const = 0;
  virtual std::uint64_t rights_changes() const = 0;

  virtual void count_request() = 0;
  // A WebSocket is closed, with the code of whoever closed first; 1006: without one.
  virtual void count_close(std::uint16_t code, bool by_client) = 0;

  // See Exchange. A job's continuation runs on this thread if the connection still exists.
  [[nodiscard]] virtual bool read(ConnectionId connection, ReadJob job) = 0;
  virtual void read_history(const ReadCaller& caller, ConnectionId connection, ReadJob job) = 0;
  virtual void read_part(ConnectionId connection, ReadJob job) = 0;
  virtual void make_backup(ConnectionId connection, ReadJob job) = 0;

  // From any thread: runs `then` on this thread if the connection still exists.
  virtual void resume(ConnectionId connection, Resumption then) = 0;

  // The connection is closed: destroys its peer at the end of the turn.
  virtual void retire(ConnectionId connection) = 0;

 protected:
  ~PeerHost() = default;
};

}  // namespace courtside
