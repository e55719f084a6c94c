// The grammar of Sec-WebSocket-Extensions (RFC 6455, section 9.1). Threads: any; no state.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace courtside {

// `name; parameter; parameter=value`, as it was sent: parameters may be unknown or repeated.
struct WebSocketExtension {
  struct Parameter {
    std::string name;
    std::optional<std::string> value;  // without the quotes, if it had them
  };
  std::string name;
  std::vector<Parameter> parameters;
};

// The extensions of a header's value, in order; none when it is no such list. An empty list is
// valid.
std::optional<std::vector<WebSocketExtension>> parse_extensions(std::string_view text);

}  // namespace courtside
