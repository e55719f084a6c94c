#include "engine/admission/rate_limit.h"

#include <algorithm>

namespace courtside {
namespace {

constexpr std::uint64_t kNanosPerMs = 1'000'000;  // nanoseconds per millisecond

}  // namespace

RateLimit::RateLimit(const Options& options)
    : per_ms_(options.per_ms), entries_max_(options.entries_max) {
  set_count(options.count);
}

void RateLimit::set_count(std::uint64_t count) {
  const std::lock_guard lock(mutex_);
  token_ns_ = count == 0 ? 0 : per_ms_ * kNanosPerMs / count;
  bucket_ns_ = count == 0 ? 0 : token_ns_ * (count - 1);
}

std::optional<std::uint64_t> RateLimit::wait_until(std::uint64_t full_ns,
                                                   std::uint64_t now_ns) const {
  if (full_ns <= now_ns + bucket_ns_) return std::nullopt;
  return (full_ns - bucket_ns_ - now_ns + kNanosPerMs - 1) / kNanosPerMs;
}

std::uint64_t RateLimit::full_ns_of(std::string_view key) const {
  const auto found = by_key_.find(key);
  return found == by_key_.end() ? 0 : found->second->full_ns;
}

std::optional<std::uint64_t> RateLimit::wait_ms(std::string_view key, std::uint64_t now_ms) const {
  if (token_ns_ == 0) return std::nullopt;
  const std::lock_guard lock(mutex_);
  return wait_until(full_ns_of(key), now_ms * kNanosPerMs);
}

std::optional<std::uint64_t> RateLimit::take(std::string_view key, std::uint64_t now_ms) {
  if (token_ns_ == 0) return std::nullopt;
  const std::lock_guard lock(mutex_);
  const auto wait = wait_until(full_ns_of(key), now_ms * kNanosPerMs);
  if (!wait) spend_locked(key, now_ms * kNanosPerMs, 1);
  return wait;
}

void RateLimit::spend(std::string_view key, std::uint64_t now_ms, std::uint64_t tokens) {
  if (token_ns_ == 0 || tokens == 0) return;
  const std::lock_guard lock(mutex_);
  spend_locked(key, now_ms * kNanosPerMs, tokens);
}

void RateLimit::spend_locked(std::string_view key, std::uint64_t now_ns, std::uint64_t tokens) {
  const auto found = by_key_.find(key);
  if (found != by_key_.end()) {
    entries_.splice(entries_.begin(), entries_, found->second);
  } else {
    if (entries_.size() >= entries_max_) {
      by_key_.erase(entries_.back().key);
      entries_.pop_back();
    }
    entries_.push_front({std::string(key), 0});
    by_key_.emplace(entries_.front().key, entries_.begin());
  }
  Entry& entry = entries_.front();
  entry.full_ns = std::max(entry.full_ns, now_ns) + tokens * token_ns_;
}

std::size_t RateLimit::size() const {
  const std::lock_guard lock(mutex_);
  return entries_.size();
}

}  // namespace courtside
