#include "engine/address_limit.h"

namespace courtside {

std::optional<AddressLimit::Lease> AddressLimit::acquire(const std::string& address) {
  if (connections_max_ == 0) return Lease();
  const std::lock_guard lock(mutex_);
  std::size_t& count = counts_[address];
  if (count >= connections_max_) return std::nullopt;
  ++count;
  return Lease(*this, address);
}

void AddressLimit::release(const std::string& address) {
  const std::lock_guard lock(mutex_);
  const auto found = counts_.find(address);
  if (--found->second == 0) counts_.erase(found);
}

}  // namespace courtside
