// Where something outside refuses or fails: every such call asks here first. Either one call of a
// run fails, so that a loop over its number goes through them all, or one in so many, until stop().
//
// Threads: one.
#pragma once

#include <cstdint>

namespace courtside::simulation {

class Faults {
 public:
  Faults() = default;
  // Calls are counted from 1.
  static Faults nth(std::uint64_t number) { return {number, 0}; }
  static Faults every(std::uint64_t count) { return {0, count}; }

  // Whether the call at hand fails.
  bool strikes() {
    ++calls_;
    return calls_ == nth_ || (every_ != 0 && calls_ % every_ == 0);
  }
  // No more of those that come again and again: everything is to come to rest.
  void stop() { every_ = 0; }
  std::uint64_t calls() const { return calls_; }

 private:
  Faults(std::uint64_t nth, std::uint64_t every) : nth_(nth), every_(every) {}

  std::uint64_t nth_ = 0;
  std::uint64_t every_ = 0;
  std::uint64_t calls_ = 0;
};

}  // namespace courtside::simulation
