// Decides from the memory of the process whether new work is refused, and when memory that was
// freed goes back to the system: the allocator keeps freed memory otherwise. It does no I/O.
//
//   if (budget.observe(resident, now_ms) == MemoryBudget::Advice::kTrim) {
//     malloc_trim(0);
//     budget.on_trimmed(resident_after, now_ms);
//   }
//   if (const Result<void> admitted = budget.admit(NewWork::kHistory); !admitted) ...
//
// From the budget on new work is refused, until less than seven eighths of it are used; a budget
// that was changed is compared as if nothing had been refused before. What is open goes on: live
// delivery, sessions with their publishes, sources. Memory is given back above three quarters of
// the budget, and some seconds after a burst, whatever the budget is. A trim that gave back little
// makes the next one wait twice as long.
//
// Threads: observe() and on_trimmed() from one; the rest from any.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/result.h"

namespace courtside {

// What is refused without memory.
enum class NewWork : std::uint8_t {
  kConnection,
  kCatchUp,  // a subscription or stream that begins in the past, or with a state
  kBody,     // of a request, such as a publish over HTTP
  kHistory,  // pages, states, single events and files
};
constexpr std::size_t kNewWorkCount = 4;

// The name in metrics: "catch_up".
std::string_view name_of(NewWork work);

class MemoryBudget {
 public:
  static constexpr std::uint64_t kBurstBytes = 16 << 20;      // above the lowest figure
  static constexpr std::uint64_t kWorthwhileBytes = 4 << 20;  // given back by a trim
  static constexpr std::uint64_t kQuietMs = 5'000;            // a burst ends so long after growth
  static constexpr std::uint64_t kQuietPauseMaxMs = 300'000;  // between trims after a burst
  static constexpr std::uint64_t kScarcePauseMs = 1'000;      // between trims near the budget
  static constexpr std::uint64_t kScarcePauseMaxMs = 16'000;

  // 0: no budget; nothing is refused. Takes effect at the next observe().
  void set_bytes(std::uint64_t bytes) { bytes_.store(bytes, std::memory_order_relaxed); }
  std::uint64_t bytes() const { return bytes_.load(std::memory_order_relaxed); }
  // New work is accepted again when less than this is used.
  static std::uint64_t resumes_below(std::uint64_t budget) { return budget / 8 * 7; }

  // The resident memory at `now_ms`, of a clock that never goes back. kTrim: give freed memory
  // back, then call on_trimmed(); what is refused is decided only there.
  enum class Advice : std::uint8_t { kNothing, kTrim };
  [[nodiscard]] Advice observe(std::uint64_t resident_bytes, std::uint64_t now_ms);
  void on_trimmed(std::uint64_t resident_bytes, std::uint64_t now_ms);

  bool is_exceeded() const { return is_exceeded_.load(std::memory_order_relaxed); }

  // overloaded, and counted, while the budget is exceeded.
  Result<void> admit(NewWork work);
  std::uint64_t refused(NewWork work) const;
  std::uint64_t trims() const { return trims_.load(std::memory_order_relaxed); }

 private:
  bool is_scarce(std::uint64_t resident_bytes) const;
  void decide(std::uint64_t resident_bytes);

  std::atomic<std::uint64_t> bytes_{0};
  std::atomic<bool> is_exceeded_{false};
  std::atomic<std::uint64_t> trims_{0};
  std::array<std::atomic<std::uint64_t>, kNewWorkCount> refused_{};

  std::uint64_t decided_by_ = 0;       // the budget of the last decision
  std::uint64_t before_trim_ = 0;      // the figure that asked for the last trim
  std::uint64_t after_trim_ = 0;       // the figure after it
  std::uint64_t lowest_ = UINT64_MAX;  // what a burst is measured from
  std::uint64_t highest_ = 0;          // since the last trim
  std::uint64_t next_scarce_ms_ = 0;   // no trim near the budget before
  std::uint64_t next_quiet_ms_ = 0;    // no trim after a burst before
  std::uint64_t scarce_pause_ms_ = kScarcePauseMs;
  std::uint64_t quiet_pause_ms_ = kQuietMs;
};

}  // namespace courtside
