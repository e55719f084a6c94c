// What is counted of those who were not let in, by reason; and at most one line a second and reason
// in the log, with the caller, the channel, the connection and the address, and no credential.
//
// Threads: any; counting is an atomic addition.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/error.h"

namespace courtside {

enum class Denial : std::uint8_t {
  kUnauthorized,
  kTokenExpired,
  kForbidden,
  kRateLimited,  // a rate, or the connections of an account
  kConnections,  // closed at accept: over the limit of the server or of the address
  kOrigin,       // a page of a site that is not on the list
  kExposure,     // plain text from another machine than a listed proxy
  kProxyHeader,  // a listed proxy's PROXY header was wrong or missing
};
constexpr std::size_t kDenialCount = 8;

// As it stands in metrics: "token_expired".
std::string_view name_of(Denial reason);

// What an answer with this code is counted as; empty for codes that deny nobody anything.
std::optional<Denial> denial_of(Code code);

// Who was denied what, as far as it is known. Metrics do not tell it: there are too many of them.
struct Denied {
  std::string_view caller = {};   // an account's id or a service's name; empty: nobody known
  std::string_view details = {};  // of the error: a JSON object, whose `channel` is told
};

class Denials {
 public:
  // `connection` 0: it has none yet. `now_ms` as RateLimit's.
  void count(Denial reason, std::uint64_t connection, std::string_view address,
             std::uint64_t now_ms, const Denied& denied = {});

  std::uint64_t total(Denial reason) const;

 private:
  static constexpr std::uint64_t kLinePauseMs = 1000;

  struct Reason {
    std::atomic<std::uint64_t> total{0};
    std::atomic<std::uint64_t> next_line_ms{0};
    std::atomic<std::uint64_t> told{0};  // of the total, at the last line
  };
  std::array<Reason, kDenialCount> reasons_;
};

}  // namespace courtside
