// Counts refusals by reason, and logs at most one line per second and reason, with the caller, the
// channel, the connection and the address, but no credential.
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
  kConnections,  // closed at accept: the limit of the server or of the address
  kOrigin,       // a web page that is not on the list
  kExposure,     // plain text from a machine that is not a trusted proxy
  kProxyHeader,  // a trusted proxy's PROXY header is malformed or missing
  kTls,          // the TLS handshake failed, or a record was not TLS
};
constexpr std::size_t kDenialCount = 9;

// The name in metrics: "token_expired".
std::string_view name_of(Denial reason);

// The denial that an error with this code counts as; empty when the code is no denial.
std::optional<Denial> denial_of(Code code);

// What is known about the denied request. Only in the log: metrics would need too many labels.
struct Denied {
  std::string_view caller = {};   // account id or service name; empty: unknown
  std::string_view details = {};  // of the error: a JSON object; its `channel` is logged
  std::string_view why = {};      // our own words
};

class Denials {
 public:
  // `connection` 0: it has no id yet. `now_ms` as in RateLimit.
  void count(Denial reason, std::uint64_t connection, std::string_view address,
             std::uint64_t now_ms, const Denied& denied = {});

  std::uint64_t total(Denial reason) const;

 private:
  static constexpr std::uint64_t kLinePauseMs = 1000;

  struct Reason {
    std::atomic<std::uint64_t> total{0};
    std::atomic<std::uint64_t> next_line_ms{0};
    std::atomic<std::uint64_t> told{0};  // the total at the last log line
  };
  std::array<Reason, kDenialCount> reasons_;
};

}  // namespace courtside
