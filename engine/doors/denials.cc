#include "engine/doors/denials.h"

#include <string>

#include "base/log.h"

namespace courtside {

std::string_view name_of(Denial reason) {
  switch (reason) {
    case Denial::kUnauthorized: return "unauthorized";
    case Denial::kTokenExpired: return "token_expired";
    case Denial::kForbidden: return "forbidden";
    case Denial::kRateLimited: return "rate_limited";
    case Denial::kConnections: return "connections";
    case Denial::kOrigin: return "origin";
    case Denial::kExposure: return "exposure";
    case Denial::kProxyHeader: return "proxy_header";
  }
  return "";
}

std::optional<Denial> denial_of(Code code) {
  switch (code) {
    case Code::unauthorized: return Denial::kUnauthorized;
    case Code::token_expired: return Denial::kTokenExpired;
    case Code::forbidden: return Denial::kForbidden;
    case Code::rate_limited: return Denial::kRateLimited;
    default: return std::nullopt;
  }
}

void Denials::count(Denial reason, std::uint64_t connection, std::string_view address,
                    std::uint64_t now_ms) {
  Reason& of = reasons_[static_cast<std::size_t>(reason)];
  const std::uint64_t total = of.total.fetch_add(1, std::memory_order_relaxed) + 1;
  std::uint64_t next_ms = of.next_line_ms.load(std::memory_order_relaxed);
  // Of several at the same moment one speaks.
  if (now_ms < next_ms ||
      !of.next_line_ms.compare_exchange_strong(next_ms, now_ms + kLinePauseMs)) {
    return;
  }
  const std::uint64_t since = total - of.told.exchange(total, std::memory_order_relaxed);
  std::string line = "denied: " + std::string(name_of(reason));
  if (connection != 0) line += ", connection " + std::to_string(connection);
  line.append(" from ").append(address);
  if (since > 1) line += "; " + std::to_string(since) + " since the last such line";
  log_info("doors", line);
}

std::uint64_t Denials::total(Denial reason) const {
  return reasons_[static_cast<std::size_t>(reason)].total.load(std::memory_order_relaxed);
}

}  // namespace courtside
