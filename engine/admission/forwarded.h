// Reads the client's address from a proxy's headers. REQUIRES: the request came from a trusted
// proxy. Threads: any; no state.
#pragma once

#include <string>
#include <string_view>

#include "transport/http.h"
#include "transport/network.h"

namespace courtside {

// The client's address (as SocketAddress::host() writes it) of a request that came from `proxy`. It
// is the rightmost entry of X-Forwarded-For that is not a trusted proxy: each proxy appends the
// address that it saw, and entries further left may be forged. If an entry is not an address, the
// result is the proxy that wrote it. If all entries are trusted proxies, it is the leftmost;
// without the header, `proxy`.
std::string forwarded_client(const HttpHeaders& headers, std::string_view proxy,
                             const NetworkList& proxies);

// Whether some proxy's header names a client.
bool names_client(const HttpHeaders& headers);

// Whether X-Forwarded-Proto is `http` and nothing else: the client's connection is plain text.
bool is_forwarded_plain(const HttpHeaders& headers);

}  // namespace courtside
