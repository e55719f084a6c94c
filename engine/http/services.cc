#include "engine/http/services.h"

#include <algorithm>

namespace courtside {
namespace {

// A session ends at most this long after its token, whatever leeway is configured.
constexpr std::uint64_t kLeewayMaxS = 60;

}  // namespace

ConnectionLimits Services::connection_limits() const {
  const std::shared_ptr<const Config> current = config.get();
  const Config::Limits& limits = current->limits;
  return {
      .http = {.header_bytes_max = limits.header_bytes,
               .headers_max = limits.headers,
               .body_bytes_max = limits.body_bytes},
      .websocket = {.message_bytes_max = limits.message_bytes, .fragments_max = limits.fragments},
      .queue_bytes_max = limits.queue_bytes,
      .header_timeout_ms = static_cast<std::uint32_t>(limits.handshake_ms),
      .receive_timeout_ms = static_cast<std::uint32_t>(limits.receive_ms),
      .pongs_per_second_max = static_cast<std::uint32_t>(limits.pongs_per_second),
      .keep_alive_timeout_ms = static_cast<std::uint32_t>(limits.idle_ms)};
}

SessionLimits Services::session_limits() const {
  const std::shared_ptr<const Config> current = config.get();
  const Config::Limits& limits = current->limits;
  const std::uint64_t leeway_s = std::min(current->access.jwt_leeway_s, kLeewayMaxS);
  return {.heartbeat_ms = static_cast<std::uint32_t>(current->heartbeat_ms),
          .hello_timeout_ms = static_cast<std::uint32_t>(limits.handshake_ms),
          .message_bytes_max = limits.message_bytes,
          .subscriptions_max = limits.subscriptions,
          .channels_max = limits.channels,
          .publishes_in_flight_max = limits.publishes_in_flight,
          .leeway_s = static_cast<std::uint32_t>(leeway_s),
          .recheck_ms = static_cast<std::uint32_t>(current->access.recheck_ms)};
}

}  // namespace courtside
