// A setting that is a connection string, as libpq is given it. Threads: any; no state.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace courtside {

// `url` (either of libpq's forms) with what it leaves open chosen so that a server which is silent
// is noticed: connecting, and what is sent and not confirmed, take query_ms at most. libpq knows
// whole seconds, and no less than 2 for connecting. bad_configuration when it is no such string;
// the message names the setting and does not repeat it, since a password may be in it.
Result<std::string> connection_string(std::string_view setting, const std::string& url,
                                      std::uint64_t query_ms);

}  // namespace courtside
