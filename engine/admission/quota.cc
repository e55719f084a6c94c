#include "engine/admission/quota.h"

namespace courtside {

std::optional<Quota::Lease> Quota::acquire(const std::string& key, std::size_t amount) {
  const std::size_t most = most_;
  if (most == 0 || amount == 0) return Lease();
  const std::lock_guard lock(mutex_);
  const auto found = amounts_.find(key);
  const std::size_t before = found == amounts_.end() ? 0 : found->second;
  if (before > most || amount > most - before) return std::nullopt;
  amounts_[key] = before + amount;
  held_ += amount;
  return Lease(*this, key, amount);
}

void Quota::release(const std::string& key, std::size_t amount) {
  const std::lock_guard lock(mutex_);
  held_ -= amount;
  const auto found = amounts_.find(key);
  found->second -= amount;
  if (found->second == 0) amounts_.erase(found);
}

std::size_t Quota::held() const {
  const std::lock_guard lock(mutex_);
  return held_;
}

}  // namespace courtside
