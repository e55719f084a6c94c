// The PROXY header, by which a proxy that passes bytes on says whose they are, before the first of
// them (https://www.haproxy.org/download/2.8/doc/proxy-protocol.txt). It does no I/O.
//
//   v1: PROXY TCP4 192.0.2.1 10.0.0.1 56324 443\r\n            or  PROXY UNKNOWN ...\r\n
//   v2: \r\n\r\n\0\r\nQUIT\n | version, command | family | length | addresses | TLVs
//          12 bytes               1                1         2      0, 12, 36, 216
//
// Strict: the smallest deviation is an error, because what is taken for a header decides who
// somebody is. Never believe it of a peer that is not known to be a proxy. Threads: none of its
// own.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace courtside {

class ProxyHeaderParser {
 public:
  // Section 2.1: the longest line with its end.
  static constexpr std::size_t kV1BytesMax = 107;
  // Addresses and TLVs; what proxies send today (certificates' names, ids of endpoints) has a few
  // hundred.
  static constexpr std::size_t kV2BytesMax = 2048;

  struct Progress {
    std::size_t consumed = 0;  // bytes of the input that belong to the header
    bool done = false;         // what follows is the client's
    // Its address in text; empty where the header names none: the proxy speaks for itself (LOCAL,
    // for its health checks), or does not know (UNKNOWN, UNSPEC, a socket without addresses).
    std::optional<std::string> client = {};
  };
  // bad_request is final, and comes at the first byte that cannot belong to a header.
  // REQUIRES: not done.
  Result<Progress> feed(std::string_view input);

 private:
  Result<bool> is_whole() const;
  Result<std::optional<std::string>> client() const;

  std::string header_;
};

}  // namespace courtside
