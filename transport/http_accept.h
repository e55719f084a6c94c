// What a client accepts (RFC 9110, section 12.5): media types and content codings, each with a
// quality. Threads: any; no state.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/compress.h"
#include "transport/http.h"

namespace courtside {

// One entry of an Accept or Accept-Encoding header.
struct Accepted {
  std::string name;    // lower case, without parameters: "text/csv", "text/*", "gzip", "*"
  int quality = 1000;  // thousandths, 0 ... 1000; 0: not accepted
};

// The entries of all headers with this name (lower case), in order. Malformed entries are ignored.
std::vector<Accepted> accepted(const HttpHeaders& headers, std::string_view name);

// The quality of the entry with exactly this name; -1 when there is none.
int quality_of(const std::vector<Accepted>& list, std::string_view name);

// Whether uncompressed bytes are accepted.
bool takes_plain(const std::vector<Accepted>& list);

// The coding for a long response: zstd or gzip if the client names it and prefers nothing else. No
// compression if the client says nothing, or accepts neither a known coding nor plain bytes: a
// plain response helps it more than none.
Coding choose_coding(const std::vector<Accepted>& list);

}  // namespace courtside
