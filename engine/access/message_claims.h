// Which account may post under a message id, before its event is in the log.
//
// The first account that posts under an id is the message's author; the log knows it. But two
// accounts that post at the same moment both find nothing in the log. So the first one that is
// authorized claims the id, and the other is refused.
//
// A claim is kept when its event commits, and also when it fails: an account that may post under
// the id could take it for good by posting. The newest kClaimsMax claims are kept, more than events
// can be in flight. Threads: any; one lock.
#pragma once

#include <cstddef>
#include <deque>
#include <mutex>
#include <string_view>
#include <unordered_map>

#include "base/hash.h"

namespace courtside {

class MessageClaims {
 public:
  static constexpr std::size_t kClaimsMax = 65'536;

  explicit MessageClaims(std::size_t claims_max = kClaimsMax) : claims_max_(claims_max) {}

  // Claims the message (by its message_fact_id) for the account. True when the account has the
  // claim, now or from before.
  bool claim(std::string_view message, std::string_view account);

 private:
  struct HashOf {
    std::size_t operator()(const Hash128& hash) const { return hash.high; }
  };

  const std::size_t claims_max_;
  std::mutex mutex_;
  std::unordered_map<Hash128, Hash128, HashOf> accounts_;  // by message
  std::deque<Hash128> messages_;                           // oldest first
};

}  // namespace courtside
