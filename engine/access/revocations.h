// Which tokens are revoked: the time of the last revocation of each account.
//
// A token is revoked when it was issued at or before that time plus the leeway. The issuer's clock
// may be ahead of ours by the leeway. Most issuers write whole seconds, so a token of the same
// second counts as older, too. A token without an issue time counts as older than every revocation.
//
// At most accounts_max accounts are kept. Beyond that the older half is forgotten, and from then on
// every token as old as a forgotten revocation is refused, whatever its account: a revoked token
// stays revoked.
//
// Threads: any; one lock. While there are no revocations, is_revoked() takes no lock.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/time.h"

namespace courtside {

class Revocations {
 public:
  static constexpr std::size_t kAccountsMax = 100'000;

  explicit Revocations(std::int64_t leeway_s, std::size_t accounts_max = kAccountsMax);

  // Revokes the account's tokens. An earlier time than the known one changes nothing.
  void add(const std::string& account, Timestamp at);

  // Revokes every account's tokens up to this time: for revocations whose accounts are unknown.
  void add_for_all(Timestamp at);

  // Every token issued before this time is revoked, without a leeway. For times before which no
  // regular client has a token.
  void refuse_before(Timestamp time);

  // `issued` 0: the token has no issue time.
  bool is_revoked(const std::string& account, Timestamp issued) const;

  std::size_t size() const;

  // What was forgotten since the last call; empty when nothing was.
  struct Forgotten {
    std::vector<std::string> accounts = {};
    Timestamp newest{};  // the newest of the forgotten revocations
  };
  std::optional<Forgotten> take_forgotten();

 private:
  void forget_older_half();

  const std::int64_t leeway_us_;
  const std::size_t accounts_max_;

  std::atomic<bool> any_{false};
  mutable std::mutex mutex_;
  std::unordered_map<std::string, Timestamp> revoked_;
  Timestamp refused_before_{};  // every token issued before it is refused
  std::optional<Forgotten> forgotten_;
};

}  // namespace courtside
