// What a shard runs on: its event loop, the thread of that loop, and the connections made from
// accepted sockets. The server uses ThreadRuntime; the simulation has an implementation of its own.
//
// Threads: made, started, joined and destroyed by the Server's; adopt() on the loop's.
#pragma once

#include "transport/connection.h"
#include "transport/event_loop.h"
#include "transport/listener.h"

namespace courtside {

class ShardRuntime {
 public:
  virtual ~ShardRuntime() = default;

  virtual EventLoop& loop() = 0;

  // Makes a connection on the loop from an accepted socket, as courtside::adopt() does.
  virtual Connection& adopt(AcceptedSocket socket, const ConnectionLimits& limits,
                            ConnectionHandler& handler) = 0;

  // Starts the loop's thread. Call it once.
  virtual void start() = 0;
  // Waits until the loop has ended. REQUIRES: loop().request_stop() was called, or will be by a
  // task of the loop.
  virtual void join() = 0;
};

}  // namespace courtside
