// The PROXY header, with which a forwarding proxy names the client before it sends the client's
// bytes (https://www.haproxy.org/download/2.8/doc/proxy-protocol.txt). It does no I/O.
//
//   v1: PROXY TCP4 192.0.2.1 10.0.0.1 56324 443\r\n            or  PROXY UNKNOWN ...\r\n
//   v2: \r\n\r\n\0\r\nQUIT\n | version, command | family | length | addresses | TLVs
//          12 bytes               1                1         2      0, 12, 36, 216
//
// Strict: the smallest deviation is an error, because the header decides the client's identity.
// Accept it only from a known proxy. Threads: none of its own.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace courtside {

class ProxyHeaderParser {
 public:
  // Section 2.1: the longest line, with its line end.
  static constexpr std::size_t kV1BytesMax = 107;
  // The limit of addresses and TLVs. Current proxies send a few hundred bytes (certificate names,
  // endpoint ids).
  static constexpr std::size_t kV2BytesMax = 2048;

  struct Progress {
    std::size_t consumed = 0;  // input bytes that belong to the header
    bool done = false;         // the following bytes are the client's
    // The client's address as text. Empty when the header names none: the proxy speaks for itself
    // (LOCAL, for its health checks) or does not know it (UNKNOWN, UNSPEC, a socket without
    // addresses).
    std::optional<std::string> client = {};
  };
  // bad_request is final and comes at the first byte that cannot belong to a header. REQUIRES: not
  // done.
  Result<Progress> feed(std::string_view input);

 private:
  Result<bool> is_whole() const;
  Result<std::optional<std::string>> client() const;

  std::string header_;
};

}  // namespace courtside
