// A byte stream to a server through whatever is between: TLS, a proxy. One end is a socket that a
// loop can watch; a thread copies between it and libcurl's connection.
//
// Threads: the owner's, and one of its own. Each direction holds at most one piece of 64 KiB beside
// what the kernel holds, so a slow reader slows the other end.
#pragma once

#include <memory>

#include "base/result.h"
#include "cli/remote/remote.h"

namespace courtside {

class Tunnel {
 public:
  // Connects; blocks for that, at most 10 s. Errors as RemoteDownload::open().
  static Result<std::unique_ptr<Tunnel>> open(const Remote& remote);
  virtual ~Tunnel() = default;

  // Our end of it, not blocking; the caller's to close. Once.
  virtual int take_socket() = 0;
};

}  // namespace courtside
