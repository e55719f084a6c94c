#include "engine/session/liveness.h"

#include <algorithm>

namespace courtside {

bool Liveness::is_dead(std::uint64_t now_ms, const Traffic& traffic, std::uint64_t silence_ms_max) {
  alive_ms_ = std::max(alive_ms_, traffic.received_ms);
  const bool took_some = traffic.acknowledged_bytes > before_.acknowledged_bytes;
  const bool took_all = traffic.acknowledged_bytes >= before_.sent_bytes;
  const bool is_alive =
      expects_ == Expects::kPongs ? took_some && !took_all : took_some || took_all;
  if (is_alive) alive_ms_ = std::max(alive_ms_, now_ms);
  before_ = traffic;
  return now_ms > alive_ms_ && now_ms - alive_ms_ > silence_ms_max;
}

}  // namespace courtside
