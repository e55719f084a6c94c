// The grammar of Sec-WebSocket-Extensions (RFC 6455, section 9.1). Threads: any; no state.
#pragma once

#include <string_view>

namespace courtside {

// Whether a header's value is a list of extensions with their parameters. What they are is not
// looked at: none is known here, and a server may decline all. An empty list is one too.
bool is_extension_list(std::string_view text);

}  // namespace courtside
