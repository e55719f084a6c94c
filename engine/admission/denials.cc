#include "engine/admission/denials.h"

#include <algorithm>
#include <string>

#include "base/format.h"
#include "base/json.h"
#include "base/log.h"

namespace courtside {
namespace {

constexpr std::size_t kTextBytesMax = 200;  // of a caller or channel in a log line

// Quoted as JSON, so that a caller's text cannot imitate a log line.
std::string quoted(std::string_view text) {
  std::size_t size = std::min(text.size(), kTextBytesMax);
  // Do not cut within a UTF-8 character.
  const auto goes_on = [](char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; };
  while (size > 0 && size < text.size() && goes_on(text[size])) --size;
  std::string out;
  append_json_string(out, text.substr(0, size));
  return out;
}

// The quoted value of the member `channel`; empty when it is missing or too long. The object is our
// own and flat.
std::string_view channel_of(std::string_view details) {
  constexpr std::string_view kMember = "\"channel\":\"";
  const std::size_t member = details.find(kMember);
  if (member == std::string_view::npos) return {};
  const std::size_t begin = member + kMember.size();
  std::size_t end = begin;
  while (end < details.size() && details[end] != '"') end += details[end] == '\\' ? 2 : 1;
  if (end >= details.size() || end - begin > kTextBytesMax) return {};
  return details.substr(begin - 1, end - begin + 2);
}

}  // namespace

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
    case Denial::kTls: return "tls";
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
                    std::uint64_t now_ms, const Denied& denied) {
  Reason& of = reasons_[static_cast<std::size_t>(reason)];
  const std::uint64_t total = of.total.fetch_add(1, std::memory_order_relaxed) + 1;
  std::uint64_t next_ms = of.next_line_ms.load(std::memory_order_relaxed);
  // When several threads are due at the same moment, one of them logs.
  if (now_ms < next_ms ||
      !of.next_line_ms.compare_exchange_strong(next_ms, now_ms + kLinePauseMs)) {
    return;
  }
  const std::uint64_t since = total - of.told.exchange(total, std::memory_order_relaxed);
  std::string line = format("denied: {}", name_of(reason));
  if (!denied.why.empty()) line.append(" (").append(denied.why).append(")");
  if (!denied.caller.empty()) line += ", caller " + quoted(denied.caller);
  if (const auto channel = channel_of(denied.details); !channel.empty()) {
    line.append(", channel ").append(channel);
  }
  if (connection != 0) line += format(", connection {}", connection);
  line.append(" from ").append(address);
  if (since > 1) line += format("; {} since the last such line", since);
  log_info("admission", line);
}

std::uint64_t Denials::total(Denial reason) const {
  return reasons_[static_cast<std::size_t>(reason)].total.load(std::memory_order_relaxed);
}

}  // namespace courtside
