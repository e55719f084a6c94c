#include "engine/admission/connection_limit.h"

namespace courtside {

std::optional<ConnectionLimit::Lease> ConnectionLimit::acquire(const std::string& key) {
  if (connections_max_ == 0) return Lease();
  const std::lock_guard lock(mutex_);
  std::size_t& count = counts_[key];
  if (count >= connections_max_) return std::nullopt;
  ++count;
  return Lease(*this, key);
}

void ConnectionLimit::release(const std::string& key) {
  const std::lock_guard lock(mutex_);
  const auto found = counts_.find(key);
  if (--found->second == 0) counts_.erase(found);
}

}  // namespace courtside
