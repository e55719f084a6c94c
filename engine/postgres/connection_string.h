// The connection string for libpq from a setting. Threads: any; no state.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace courtside {

// `url` (either of libpq's forms), with timeouts where it has none, so that a silent server is
// noticed: connecting, and sent data that is not acknowledged, take query_ms at most. libpq takes
// whole seconds, and at least 2 for connecting. bad_configuration when `url` is not a connection
// string; the message names the setting without its value, which may hold a password.
Result<std::string> connection_string(std::string_view setting, const std::string& url,
                                      std::uint64_t query_ms);

}  // namespace courtside
