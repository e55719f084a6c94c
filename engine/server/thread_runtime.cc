#include "engine/server/thread_runtime.h"

#include <utility>

namespace courtside {

Connection& ThreadRuntime::adopt(AcceptedSocket socket, const ConnectionLimits& limits,
                                 ConnectionHandler& handler) {
  return courtside::adopt(loop_, std::move(socket), limits, handler);
}

void ThreadRuntime::start() {
  thread_ = std::thread([this] { loop_.run(); });
}

void ThreadRuntime::join() {
  if (thread_.joinable()) thread_.join();
}

}  // namespace courtside
