#include "engine/connection/echo_role.h"

#include <string>
#include <utility>

namespace courtside {

EchoRole::EchoRole(Link& link, unsigned window_bits)
    : link_(link),
      window_bits_(window_bits),
      liveness_(Liveness::Expects::kNothing, link.host().now_ms()) {}

// A client that does not take its answers is not read further.
void EchoRole::on_message(Opcode opcode, std::string_view payload) {
  std::string frame;
  append_message_frame(frame, opcode, payload, window_bits_);
  link_.send(std::move(frame));
  if (link_.congested()) link_.pause_reading();
}

// It sends no pings of its own: a test counts what it gets.
void EchoRole::on_tick(std::uint64_t now_ms) {
  const std::uint64_t heartbeat_ms = link_.services().session_limits().heartbeat_ms;
  if (!liveness_.is_dead(now_ms, link_.traffic(), 2 * heartbeat_ms)) return;
  link_.close_websocket(static_cast<std::uint16_t>(info(Code::timeout).close_code),
                        "no sign of life for two heartbeats");
}

void EchoRole::drain(const Goodbye& goodbye) {
  link_.close_websocket(goodbye.close_code, "the server is going down");
}

}  // namespace courtside
