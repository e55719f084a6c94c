// The socket of a connection of libpq, under a descriptor of our own.
//
// libpq closes its descriptor by itself, within a call, when the connection breaks; its number may
// be a client's socket a moment later. Who shuts the socket down from another thread uses this one,
// which is the same socket and ours to close. Threads: any; values are not copied.
#pragma once

namespace courtside {

class SharedSocket {
 public:
  // REQUIRES: `descriptor` is open. Throws std::system_error where no descriptor is free: within
  // what opens connections, where exceptions of libpqxx end too.
  explicit SharedSocket(int descriptor);
  ~SharedSocket();
  SharedSocket(const SharedSocket&) = delete;
  SharedSocket& operator=(const SharedSocket&) = delete;

  int descriptor() const { return descriptor_; }

 private:
  const int descriptor_;
};

}  // namespace courtside
