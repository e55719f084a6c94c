// What a client says it takes (RFC 9110, section 12.5): media types and content codings, each with
// a quality. Threads: any; no state.
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
  int quality = 1000;  // thousandths, 0 ... 1000; 0: not taken
};

// All entries of all headers of this name (lower case), in order. What is malformed is left out.
std::vector<Accepted> accepted(const HttpHeaders& headers, std::string_view name);

// The quality of what is named so itself; -1 when it is not named.
int quality_of(const std::vector<Accepted>& list, std::string_view name);

// Whether bytes as they are may be sent.
bool takes_plain(const std::vector<Accepted>& list);

// The coding of a long answer: zstd or gzip where the client names it and likes nothing better; no
// compression where it says nothing, and also where it takes none that we know, and not even plain
// bytes: an answer in plain bytes helps it more than none.
Coding choose_coding(const std::vector<Accepted>& list);

}  // namespace courtside
