// Tickets: what a browser's EventSource or WebSocket brings instead of a token, which it cannot
// send in a header and must not send in a URL.
//
//   Result<std::string> ticket = tickets.issue(identity, now_ms);
//   std::optional<Identity> holder = tickets.redeem(*ticket, now_ms);   // once
//
// A ticket is good once and for lifetime_ms. It stands for the identity that asked for it, with the
// same end; whoever redeems one asks Access::confirm() whether that is good still. It is 36 random
// characters, about 186 bits, of which only the digest is kept.
//
// Threads: any; one lock. `now_ms` as RateLimit's.
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
    std::size_t tickets_max;     // unused ones, of all
    std::size_t per_holder_max;  // of one account or service; 0: any number
  };
  explicit Tickets(const Options& options) : options_(options) {}

  // overloaded when there are tickets_max; rate_limited, with details {"retryafter":ms}, when the
  // holder has as many as it may.
  Result<std::string> issue(const Identity& holder, std::uint64_t now_ms);

  // Whose it is; it is used up. Empty when it is none, or none any more.
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

  const Options options_;
  mutable std::mutex mutex_;
  Order by_end_;  // the first to end first
  std::map<Sha256, Order::iterator> by_digest_;
  std::map<std::string, std::size_t> counts_;  // by holder_key
};

}  // namespace courtside
