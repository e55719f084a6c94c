#include "engine/access/message_claims.h"

namespace courtside {

bool MessageClaims::claim(std::string_view message, std::string_view account) {
  const Hash128 claimed = hash128("message", message);
  const Hash128 claimant = hash128("account", account);
  const std::lock_guard lock(mutex_);
  const auto [known, is_new] = accounts_.try_emplace(claimed, claimant);
  if (!is_new) return known->second == claimant;
  messages_.push_back(claimed);
  if (messages_.size() > claims_max_) {
    accounts_.erase(messages_.front());
    messages_.pop_front();
  }
  return true;
}

}  // namespace courtside
