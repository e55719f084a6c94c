// When the next pong may be sent: at most so many a second. Only the newest ping needs an answer
// (RFC 6455, section 5.5.3), so a peer that pings faster gets fewer pongs. Does no I/O.
//
// Threads: its loop's.
#pragma once

#include <cstdint>

namespace courtside {

class PongPacer {
 public:
  // `per_second_max` >= 1.
  explicit PongPacer(std::uint32_t per_second_max) : per_second_max_(per_second_max) {}

  // Whether a pong may be sent; it counts. Otherwise ask again after wait_ms().
  bool take(std::uint64_t now_ms) {
    if (now_ms >= second_ends_ms_) {
      second_ends_ms_ = now_ms + kSecondMs;
      sent_ = 0;
    }
    if (sent_ >= per_second_max_) return false;
    ++sent_;
    return true;
  }

  // Until take() succeeds; 0: it does now.
  std::uint64_t wait_ms(std::uint64_t now_ms) const {
    if (sent_ < per_second_max_ || now_ms >= second_ends_ms_) return 0;
    return second_ends_ms_ - now_ms;
  }

 private:
  static constexpr std::uint64_t kSecondMs = 1000;

  std::uint64_t second_ends_ms_ = 0;
  std::uint32_t sent_ = 0;  // within the second
  const std::uint32_t per_second_max_;
};

}  // namespace courtside
