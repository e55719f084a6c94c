// Notifies its owner when a socket can be read or written. It owns the socket: destroying the
// watcher closes it. libuv's handle lives until libuv releases it, but no longer refers to the
// owner. Threads: its loop's.
#pragma once

#include <cstdint>

#include "transport/loop.h"

namespace courtside {

// Used as a set.
enum SocketEvents : std::uint8_t {
  kSocketReadable = 1,
  kSocketWritable = 2,
  kSocketEnded = 4,    // the peer stopped sending; data may still wait
  kSocketFailed = 8,   // no more events follow; always reported; data may still wait
  kSocketErrors = 16,  // only errors: for a socket without any other interest
};

class SocketWatcherOwner {
 public:
  virtual void on_socket(unsigned events) = 0;

 protected:
  ~SocketWatcherOwner() = default;
};

class SocketWatcher {
 public:
  // Takes ownership of `fd`. Watches nothing at first.
  SocketWatcher(Loop& loop, int fd, SocketWatcherOwner& owner);
  ~SocketWatcher();
  SocketWatcher(const SocketWatcher&) = delete;
  SocketWatcher& operator=(const SocketWatcher&) = delete;

  int fd() const;
  // Returns false, with errno, when the kernel refuses (ENOMEM, or ENOSPC: too many descriptors are
  // watched). Then nothing is watched; a later call tries again.
  bool watch(unsigned events);

 private:
  struct Handle;
  Handle* handle_;
};

}  // namespace courtside
