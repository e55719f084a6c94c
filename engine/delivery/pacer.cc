#include "engine/delivery/pacer.h"

#include <algorithm>

namespace courtside {

std::size_t Pacer::count_due(Pace& pace, std::uint32_t speed, const RenderedPage& page) {
  if (page.index.empty()) return 0;
  constexpr std::int64_t kMicrosPerMs = 1000;
  const std::uint64_t now_ms = host_.now_ms();
  if (!pace.base) pace.base = page.index.front().recorded;
  if (pace.base_ms == 0) pace.base_ms = now_ms;
  for (std::size_t i = 0; i < page.index.size(); ++i) {
    const std::int64_t later_us = page.index[i].recorded.value() - pace.base->value();
    const std::uint64_t later_ms =
        static_cast<std::uint64_t>(std::max<std::int64_t>(later_us, 0) / kMicrosPerMs) / speed;
    pace.not_before_ms = pace.base_ms + later_ms;
    if (pace.not_before_ms > now_ms) return i;
  }
  return page.index.size();
}

bool Pacer::is_early(SubscriberId id, Pace& pace) {
  const std::uint64_t now_ms = host_.now_ms();
  if (pace.not_before_ms <= now_ms) return false;
  if (!pace.is_wake_asked) {
    pace.is_wake_asked = true;
    host_.wake_after(id, std::min(pace.not_before_ms - now_ms, kWakeMsMax));
  }
  return true;
}

}  // namespace courtside
