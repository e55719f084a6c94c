// Tickets: one-time credentials for a browser's EventSource or WebSocket, which cannot send a token
// in a header and must not send it in a URL.
//
//   Result<std::string> ticket = tickets.issue(identity, now_ms);
//   std::optional<Identity> holder = tickets.redeem(*ticket, now_ms);   // once
//
// A ticket can be used once, within lifetime_ms. It stands for the identity that asked for it and
// expires with it; after redeeming it, ask Access::confirm() whether the identity is still valid. A
// ticket is 36 random characters (about 186 bits); only its digest is stored.
//
// Threads: any; one lock. `now_ms` as in RateLimit.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "base/hash.h"
#include "base/result.h"
#include "engine/access/identity.h"

namespace courtside {

class Tickets {
 public:
  struct Options {
    std::uint64_t lifetime_ms;
    std::size_t tickets_max;     // unused tickets of all holders
    std::size_t per_holder_max;  // of one account or service; 0: unlimited
  };
  explicit Tickets(const Options& options) : options_(options) {}

  void set_per_holder_max(std::size_t per_holder_max);

  // overloaded when there are tickets_max tickets; rate_limited, with details {"retryafter":ms},
  // when the holder has its maximum.
  Result<std::string> issue(const Identity& holder, std::uint64_t now_ms);

  // The ticket's identity, and removes the ticket; empty when it is unknown, used or expired.
  std::optional<Identity> redeem(std::string_view ticket, std::uint64_t now_ms);

  std::size_t size() const;

 private:
  struct Ticket {
    Sha256 digest;
    std::string holder_key;
    Identity holder;
    std::uint64_t ends_ms;
  };
  using Order = std::list<Ticket>;

  void drop_ended(std::uint64_t now_ms);
  void drop(Order::iterator ticket);

  mutable std::mutex mutex_;
  Options options_;
  Order by_end_;  // the next to expire first
  std::map<Sha256, Order::iterator> by_digest_;
  std::map<std::string, std::size_t> counts_;  // by holder_key
};

}  // namespace courtside
