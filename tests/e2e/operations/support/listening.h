// The port of a server that a test started directly. Threads: any.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "tests/e2e/support/server_process.h"

namespace courtside::e2e {

// Waits until the server prints it.
inline std::uint16_t wait_for_port(Process& server) {
  constexpr std::string_view kListening = "listening on http://127.0.0.1:";
  return static_cast<std::uint16_t>(
      std::stoul(server.wait_for_output(kListening).substr(kListening.size())));
}

inline std::string wait_for_url(Process& server) {
  return "http://127.0.0.1:" + std::to_string(wait_for_port(server));
}

}  // namespace courtside::e2e
