// What a shard lends to the connections that live on it. Threads: the shard's, but for resume().
#pragma once

#include <cstddef>
#include <cstdint>

#include "engine/delivery/hub.h"
#include "engine/doors/read_turns.h"
#include "engine/http/exchange.h"
#include "engine/http/services.h"
#include "transport/connection.h"

namespace courtside {

class PeerHost {
 public:
  virtual const Services& services() const = 0;
  virtual Hub& hub() = 0;
  virtual std::uint32_t number() const = 0;  // as the author of an append names it
  virtual std::uint64_t now_ms() = 0;        // the loop's clock
  virtual bool draining() const = 0;
  virtual std::size_t connection_count() const = 0;
  virtual std::uint64_t rights_changes() const = 0;

  virtual void count_request() = 0;

  // See Exchange. What a job returns runs on this thread, if the connection is still there.
  [[nodiscard]] virtual bool read(ConnectionId connection, ReadJob job) = 0;
  virtual void read_history(const ReadCaller& caller, ConnectionId connection, ReadJob job) = 0;
  virtual void read_part(ConnectionId connection, ReadJob job) = 0;

  // From any thread: runs it on this one, if the connection is still there.
  virtual void resume(ConnectionId connection, Resumption then) = 0;

  // The connection is closed: its peer goes at the end of the turn.
  virtual void retire(ConnectionId connection) = 0;

 protected:
  ~PeerHost() = default;
};

}  // namespace courtside
