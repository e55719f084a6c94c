#include "engine/admission/tickets.h"

#include <algorithm>
#include <utility>

#include "base/format.h"
#include "base/json.h"

namespace courtside {
namespace {

constexpr std::size_t kTicketLength = 36;

std::string key_of(const Identity& holder) {
  return format("{} {}", static_cast<int>(holder.kind), holder.actor);
}

}  // namespace

void Tickets::set_per_holder_max(std::size_t per_holder_max) {
  const std::lock_guard lock(mutex_);
  options_.per_holder_max = per_holder_max;
}

Result<std::string> Tickets::issue(const Identity& holder, std::uint64_t now_ms) {
  std::string ticket = random_word(kTicketLength);
  const Sha256 digest = sha256(ticket);
  const std::string key = key_of(holder);
  const std::lock_guard lock(mutex_);
  drop_ended(now_ms);
  const auto held = counts_.find(key);
  if (options_.per_holder_max > 0 && held != counts_.end() &&
      held->second >= options_.per_holder_max) {
    const auto first = std::find_if(by_end_.begin(), by_end_.end(),
                                    [&](const Ticket& each) { return each.holder_key == key; });
    const std::uint64_t wait_ms = first->ends_ms - now_ms;
    JsonObject details;
    details.number("retryafter", wait_ms);
    return fail(Code::rate_limited, format("too many unused tickets: come back in {} ms", wait_ms),
                details.take());
  }
  if (by_end_.size() >= options_.tickets_max) {
    return fail(Code::overloaded, "there are too many unused tickets");
  }
  by_end_.push_back({digest, key, holder, now_ms + options_.lifetime_ms});
  by_digest_.emplace(digest, std::prev(by_end_.end()));
  ++counts_[key];
  return ticket;
}

std::optional<Identity> Tickets::redeem(std::string_view ticket, std::uint64_t now_ms) {
  const Sha256 digest = sha256(ticket);
  const std::lock_guard lock(mutex_);
  drop_ended(now_ms);
  const auto found = by_digest_.find(digest);
  if (found == by_digest_.end()) return std::nullopt;
  Identity holder = std::move(found->second->holder);
  drop(found->second);
  return holder;
}

std::size_t Tickets::size() const {
  const std::lock_guard lock(mutex_);
  return by_end_.size();
}

void Tickets::drop_ended(std::uint64_t now_ms) {
  while (!by_end_.empty() && by_end_.front().ends_ms <= now_ms) drop(by_end_.begin());
}

void Tickets::drop(Order::iterator ticket) {
  const auto count = counts_.find(ticket->holder_key);
  if (--count->second == 0) counts_.erase(count);
  by_digest_.erase(ticket->digest);
  by_end_.erase(ticket);
}

}  // namespace courtside
