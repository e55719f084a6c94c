// Which tokens were revoked: for each account the time of its last revocation.
//
// A token is revoked when it was made at or before that time plus the leeway. The issuer's clock
// may be ahead of ours by the leeway, so a token that says it was made within it may be older than
// the revocation. Most issuers write whole seconds, so a token of the same second counts as older
// too. A token that does not say when it was made counts as older than every revocation.
//
// At most accounts_max accounts are remembered. Beyond that the older half is forgotten, and every
// token that is as old as a forgotten revocation is refused: what was revoked stays revoked.
//
// Threads: any; one lock. While nothing was revoked, asking takes no lock.
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

  // The account's tokens were revoked. An earlier time than the one that is known changes nothing.
  void add(const std::string& account, Timestamp at);

  // The same for every account: something was revoked at or before this time, and nobody knows
  // what.
  void add_for_all(Timestamp at);

  // Every token that was made before this time is revoked, without a leeway: for times that no
  // token of a well-behaved client reaches back to.
  void refuse_before(Timestamp time);

  // `issued` 0: the token does not say.
  bool is_revoked(const std::string& account, Timestamp issued) const;

  std::size_t size() const;

  // What was forgotten since the last call; empty when nothing was.
  struct Forgotten {
    std::vector<std::string> accounts = {};
    Timestamp newest{};  // of their revocations
  };
  std::optional<Forgotten> take_forgotten();

 private:
  void forget_older_half();

  const std::int64_t leeway_us_;
  const std::size_t accounts_max_;

  std::atomic<bool> any_{false};
  mutable std::mutex mutex_;
  std::unordered_map<std::string, Timestamp> revoked_;
  Timestamp refused_before_{};  // every token older than this
  std::optional<Forgotten> forgotten_;
};

}  // namespace courtside
