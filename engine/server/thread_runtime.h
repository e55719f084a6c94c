// A shard's runtime in the server: a libuv loop on its own thread, and kernel sockets.
//
// Threads: see ShardRuntime.
#pragma once

#include <thread>

#include "engine/server/shard_runtime.h"
#include "transport/loop.h"

namespace courtside {

class ThreadRuntime final : public ShardRuntime {
 public:
  EventLoop& loop() override { return loop_; }
  Connection& adopt(AcceptedSocket socket, const ConnectionLimits& limits,
                    ConnectionHandler& handler) override;
  void start() override;
  void join() override;

 private:
  Loop loop_;
  std::thread thread_;
};

}  // namespace courtside
