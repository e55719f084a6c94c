// The limits of one connection: sizes and timeouts. Threads: a value.
#pragma once

#include <cstddef>
#include <cstdint>

#include "transport/http.h"
#include "transport/websocket_codec.h"

namespace courtside {

struct ConnectionLimits {
  HttpLimits http;
  WebSocketLimits websocket;
  std::size_t queue_bytes_max = 256 * 1024;  // congested above this
  // From accept, or the first byte of a later request, to whole headers.
  std::uint32_t header_timeout_ms = 10'000;
  // From the headers to the whole body; from the first byte of a WebSocket frame or fragmented
  // message to its last, without the time for which reading was paused (close 4408). 0: any.
  std::uint32_t receive_timeout_ms = 30'000;
  // Answers to the pings of a WebSocket peer; a peer that sends more gets one for the newest only.
  std::uint32_t pongs_per_second_max = 20;
  std::uint32_t keep_alive_timeout_ms = 75'000;  // between requests
  // For the closing handshake and for the last flush; a quarter of it after a timeout.
  std::uint32_t close_timeout_ms = 5'000;
  // When one of the last two timeouts expires while the peer still has data to take, it is extended
  // by the same time if the peer took data at this rate or faster (it is slow), else the connection
  // ends (the peer counts as gone).
  std::uint32_t slow_bytes_per_second = 4096;

  friend bool operator==(const ConnectionLimits&, const ConnectionLimits&) = default;
};

}  // namespace courtside
