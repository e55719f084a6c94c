// The grammar of Sec-WebSocket-Extensions (RFC 6455, section 9.1). Threads: any; no state.
#pragma once

#include <string_view>

namespace courtside {

// Whether a header's value is a list of extensions with parameters. The extensions themselves are
// not checked: none is supported, and a server may decline all. An empty list is valid.
bool is_extension_list(std::string_view text);

}  // namespace courtside
