#include "engine/admission/memory_budget.h"

#include <algorithm>
#include <utility>

#include "base/json.h"

namespace courtside {
namespace {

constexpr std::uint64_t kGrowthBytes = 1 << 20;  // less is noise, such as a cache that fills up
// Suggested wait: when memory will be free is unknown.
constexpr std::uint64_t kMemoryWaitMs = 5'000;

}  // namespace

std::string_view name_of(NewWork work) {
  switch (work) {
    case NewWork::kConnection: return "connection";
    case NewWork::kCatchUp: return "catch_up";
    case NewWork::kBody: return "body";
    case NewWork::kHistory: return "history";
  }
  return "";
}

bool MemoryBudget::is_scarce(std::uint64_t resident_bytes) const {
  return bytes() != 0 && resident_bytes > bytes() / 4 * 3;
}

MemoryBudget::Advice MemoryBudget::observe(std::uint64_t resident_bytes, std::uint64_t now_ms) {
  lowest_ = std::min(lowest_, resident_bytes);
  if (resident_bytes > highest_ + kGrowthBytes) {
    highest_ = resident_bytes;
    if (resident_bytes >= after_trim_ + kBurstBytes) {
      quiet_pause_ms_ = kQuietMs;
      next_quiet_ms_ = 0;
    }
    next_quiet_ms_ = std::max(next_quiet_ms_, now_ms + kQuietMs);
  }
  const bool is_burst_over = resident_bytes >= lowest_ + kBurstBytes && now_ms >= next_quiet_ms_;
  if (is_burst_over || (is_scarce(resident_bytes) && now_ms >= next_scarce_ms_)) {
    before_trim_ = resident_bytes;
    return Advice::kTrim;
  }
  decide(resident_bytes);
  return Advice::kNothing;
}

void MemoryBudget::on_trimmed(std::uint64_t resident_bytes, std::uint64_t now_ms) {
  trims_.fetch_add(1, std::memory_order_relaxed);
  const bool paid = resident_bytes + kWorthwhileBytes <= before_trim_;
  // Memory that stayed in use for so long belongs to the server, not to a burst.
  if (!paid && quiet_pause_ms_ == kQuietPauseMaxMs) lowest_ = resident_bytes;
  quiet_pause_ms_ = paid ? kQuietMs : std::min(2 * quiet_pause_ms_, kQuietPauseMaxMs);
  scarce_pause_ms_ = paid ? kScarcePauseMs : std::min(2 * scarce_pause_ms_, kScarcePauseMaxMs);
  next_quiet_ms_ = now_ms + quiet_pause_ms_;
  next_scarce_ms_ = now_ms + scarce_pause_ms_;
  lowest_ = std::min(lowest_, resident_bytes);
  highest_ = after_trim_ = resident_bytes;
  decide(resident_bytes);
}

void MemoryBudget::decide(std::uint64_t resident_bytes) {
  const std::uint64_t budget = bytes();
  // One that was changed says nothing of the state before it.
  const bool is_changed = std::exchange(decided_by_, budget) != budget;
  if (budget == 0 || resident_bytes < (is_changed ? budget : resumes_below(budget))) {
    is_exceeded_.store(false, std::memory_order_relaxed);
  } else if (resident_bytes >= budget) {
    is_exceeded_.store(true, std::memory_order_relaxed);
  }
}

Result<void> MemoryBudget::admit(NewWork work) {
  if (!is_exceeded()) return {};
  refused_[static_cast<std::size_t>(work)].fetch_add(1, std::memory_order_relaxed);
  JsonObject details;
  details.number("retryafter", kMemoryWaitMs);
  return fail(Code::overloaded, "the server has too little memory for new work: try again later",
              details.take());
}

std::uint64_t MemoryBudget::refused(NewWork work) const {
  return refused_[static_cast<std::size_t>(work)].load(std::memory_order_relaxed);
}

}  // namespace courtside
