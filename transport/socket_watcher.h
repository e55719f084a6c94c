// Tells its owner when a socket can be read or written. Owns the socket: destroying the watcher
// closes it; libuv's handle lives on until libuv lets go of it, and has forgotten the owner by
// then. Threads: its loop's.
#pragma once

#include <cstdint>

#include "transport/loop.h"

namespace courtside {

// A set of these.
enum SocketEvents : std::uint8_t {
  kSocketReadable = 1,
  kSocketWritable = 2,
  kSocketEnded = 4,    // the peer stopped sending; data may still wait
  kSocketFailed = 8,   // nothing more will be told; comes unasked, and data may still wait
  kSocketErrors = 16,  // errors alone: for a socket of which nothing else is of interest
};

class SocketWatcherOwner {
 public:
  virtual void on_socket(unsigned events) = 0;

 protected:
  ~SocketWatcherOwner() = default;
};

class SocketWatcher {
 public:
  // Takes `fd`. Watches nothing at first.
  SocketWatcher(Loop& loop, int fd, SocketWatcherOwner& owner);
  ~SocketWatcher();
  SocketWatcher(const SocketWatcher&) = delete;
  SocketWatcher& operator=(const SocketWatcher&) = delete;

  int fd() const;
  // False when the kernel refuses (out of memory): the socket is of no use then.
  bool watch(unsigned events);

 private:
  struct Handle;
  Handle* handle_;
};

}  // namespace courtside
