// The rules for client messages that both encodings share. Threads: any.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "schema/protocol.h"

namespace courtside::protocol {

using Decoded = tl::expected<ClientMessage, Rejected>;

// Refuses the message; the connection stays open.
tl::unexpected<Rejected> reject(Error error, std::optional<std::uint32_t> id);
tl::unexpected<Rejected> reject(std::string message, std::optional<std::uint32_t> id);

// Refuses the message and closes the connection.
tl::unexpected<Rejected> reject_and_close(std::string message);

constexpr bool is_request_number(std::uint64_t number) {
  return number >= 1 && number <= kRequestIdMax;
}

// The error text for a request or subscription number that is not 1 ... 2^31 - 1.
std::string wanted_number(std::string_view name);

std::string wanted_speed();

// A client's text for an error message: in backticks, or only its length if it is long or not
// printable.
std::string shown(std::string_view text);

// Validates a subscribe, except for its id, which the codecs check first. Removes repeated
// channels.
Result<void> check_subscribe(Subscribe& subscribe);

constexpr std::uint32_t kFromLastMax = 1000;
constexpr std::uint32_t kSpeedMax = 1'000'000;

}  // namespace courtside::protocol
