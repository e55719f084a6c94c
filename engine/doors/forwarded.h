// Who is behind a proxy, as the proxy says it in headers. Only a listed proxy may be believed: the
// caller has seen to that. Threads: any; no state.
#pragma once

#include <string>
#include <string_view>

#include "transport/http.h"
#include "transport/network.h"

namespace courtside {

// The client's address, as SocketAddress::host() writes it, of a request that came from `proxy`:
// the rightmost entry of X-Forwarded-For that is not itself a listed proxy, since each proxy adds
// whom it heard on the right, and what stands further left is anybody's word. Where an entry is no
// address it is the proxy that wrote it; where all are proxies, the leftmost; without the header,
// `proxy`.
std::string forwarded_client(const HttpHeaders& headers, std::string_view proxy,
                             const NetworkList& proxies);

// Some proxy says in them whose request it passes on.
bool names_client(const HttpHeaders& headers);

// X-Forwarded-Proto says `http` and nothing else: the client's side is in plain text.
bool is_forwarded_plain(const HttpHeaders& headers);

}  // namespace courtside
