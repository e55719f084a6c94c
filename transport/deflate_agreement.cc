#include "transport/deflate_agreement.h"

#include <algorithm>
#include <string_view>

#include "base/message_deflate.h"
#include "transport/websocket_extensions.h"

namespace courtside {
namespace {

constexpr std::string_view kPermessageDeflate = "permessage-deflate";
constexpr std::string_view kServerWindowBits = "server_max_window_bits";

// "8" to "15", without leading zeros.
std::optional<unsigned> parse_window_bits(const std::optional<std::string>& value) {
  for (unsigned bits = 8; value && bits <= 15; ++bits) {
    if (*value == std::to_string(bits)) return bits;
  }
  return std::nullopt;
}

std::optional<DeflateAgreement> accept_offer(const WebSocketExtension& offer) {
  DeflateAgreement agreement{.window_bits = MessageDeflater::kWindowBitsMax};
  for (auto parameter = offer.parameters.begin(); parameter != offer.parameters.end();
       ++parameter) {
    const auto& [name, value] = *parameter;
    const bool is_repeated =
        std::any_of(offer.parameters.begin(), parameter,
                    [&name = name](const auto& earlier) { return earlier.name == name; });
    if (is_repeated) return std::nullopt;
    if (name == kServerWindowBits) {
      const std::optional<unsigned> bits = parse_window_bits(value);
      if (!bits || *bits < MessageDeflater::kWindowBitsMin) return std::nullopt;
      agreement.window_bits = std::min(agreement.window_bits, *bits);
      agreement.answers_window = true;
    } else if (name == "client_max_window_bits") {
      if (value && !parse_window_bits(value)) return std::nullopt;
    } else if (name == "server_no_context_takeover" || name == "client_no_context_takeover") {
      if (value) return std::nullopt;
    } else {
      return std::nullopt;
    }
  }
  return agreement;
}

}  // namespace

std::optional<DeflateAgreement> agree_on_deflate(const HttpHeaders& headers) {
  for (const auto& [header, text] : headers) {
    if (header != "sec-websocket-extensions") continue;
    const auto offers = parse_extensions(text);
    if (!offers) return std::nullopt;
    for (const WebSocketExtension& offer : *offers) {
      if (offer.name != kPermessageDeflate) continue;
      if (const auto agreement = accept_offer(offer)) return agreement;
    }
  }
  return std::nullopt;
}

std::string deflate_answer(const DeflateAgreement& agreement) {
  std::string answer(kPermessageDeflate);
  answer.append("; server_no_context_takeover; client_no_context_takeover");
  if (agreement.answers_window) {
    answer.append("; ").append(kServerWindowBits).append("=");
    answer.append(std::to_string(agreement.window_bits));
  }
  return answer;
}

}  // namespace courtside
