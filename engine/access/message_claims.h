// Which account was let in to post under a message's id, before its event is in the log.
//
// Who posted first under an id is its author, and the log says who that was. But two accounts that
// post at the same moment both find nothing there. So the first that is let in claims the id, and
// the other is refused.
//
// A claim stays when its event was committed, and also when the event came to nothing: whoever may
// post under the id may take it for good anyway. The newest kClaimsMax are kept, more than there
// are events on their way to the disk. Threads: any; one lock.
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

  // Whether the message, by its message_fact_id, is the account's: claimed by it now, or before.
  bool claim(std::string_view message, std::string_view account);

 private:
  struct HashOf {
    std::size_t operator()(const Hash128& hash) const { return hash.high; }
  };

  const std::size_t claims_max_;
  std::mutex mutex_;
  std::unordered_map<Hash128, Hash128, HashOf> accounts_;  // by message
  std::deque<Hash128> messages_;                           // the oldest in front
};

}  // namespace courtside
