// A second descriptor of the socket of a libpq connection.
//
// libpq closes its descriptor within a call when the connection breaks, and the number may be a
// client's socket a moment later. Another thread that shuts the socket down must use this
// descriptor, which only its owner closes. Threads: any; values are not copied.
#pragma once

namespace courtside {

class SharedSocket {
 public:
  // REQUIRES: `descriptor` is open. Throws std::system_error when no descriptor is free; the code
  // that opens connections catches it with the exceptions of libpqxx.
  explicit SharedSocket(int descriptor);
  ~SharedSocket();
  SharedSocket(const SharedSocket&) = delete;
  SharedSocket& operator=(const SharedSocket&) = delete;

  int descriptor() const { return descriptor_; }

 private:
  const int descriptor_;
};

}  // namespace courtside
