#include "engine/access/revocations.h"

#include <algorithm>
#include <utility>

#include "base/time.h"

namespace courtside {

Revocations::Revocations(std::int64_t leeway_s, std::size_t accounts_max)
    : leeway_us_(leeway_s * kMicrosPerSecond), accounts_max_(accounts_max) {}

void Revocations::add(const std::string& account, Timestamp at) {
  const std::lock_guard lock(mutex_);
  Timestamp& known = revoked_[account];
  known = std::max(known, at);
  any_.store(true, std::memory_order_release);
  if (revoked_.size() > accounts_max_) forget_older_half();
}

void Revocations::add_for_all(Timestamp at) {
  refuse_before(Timestamp(at.value() + leeway_us_ + 1));
}

void Revocations::refuse_before(Timestamp time) {
  const std::lock_guard lock(mutex_);
  refused_before_ = std::max(refused_before_, time);
  any_.store(true, std::memory_order_release);
}

bool Revocations::is_revoked(const std::string& account, Timestamp issued) const {
  if (!any_.load(std::memory_order_acquire)) return false;
  const std::lock_guard lock(mutex_);
  if (issued < refused_before_) return true;
  const auto found = revoked_.find(account);
  return found != revoked_.end() && issued.value() <= found->second.value() + leeway_us_;
}

std::size_t Revocations::size() const {
  const std::lock_guard lock(mutex_);
  return revoked_.size();
}

std::optional<Revocations::Forgotten> Revocations::take_forgotten() {
  const std::lock_guard lock(mutex_);
  return std::exchange(forgotten_, std::nullopt);
}

void Revocations::forget_older_half() {
  std::vector<Timestamp> times;
  times.reserve(revoked_.size());
  for (const auto& [account, at] : revoked_) times.push_back(at);
  const auto middle = times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2);
  std::nth_element(times.begin(), middle, times.end());
  // Not emplace(): clang 14 thinks that a nested class with initialisers has no default
  // constructor.
  if (!forgotten_) forgotten_ = Forgotten{};
  forgotten_->newest = std::max(forgotten_->newest, *middle);
  std::erase_if(revoked_, [&](const auto& entry) {
    if (entry.second > *middle) return false;
    forgotten_->accounts.push_back(entry.first);
    return true;
  });
  refused_before_ =
      std::max(refused_before_, Timestamp(forgotten_->newest.value() + leeway_us_ + 1));
}

}  // namespace courtside
