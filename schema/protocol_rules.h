// What a client's message must be in either encoding. Threads: any.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "schema/protocol.h"

namespace courtside::protocol {

using Decoded = tl::expected<ClientMessage, Rejected>;

// Refused, and the connection goes on.
tl::unexpected<Rejected> reject(Error error, std::optional<std::uint32_t> id);
tl::unexpected<Rejected> reject(std::string message, std::optional<std::uint32_t> id);

// No message at all: the connection ends.
tl::unexpected<Rejected> reject_and_close(std::string message);

constexpr bool is_request_number(std::uint64_t number) {
  return number >= 1 && number <= kRequestIdMax;
}

// The number of a request or subscription: `name` must be 1 ... 2^31 - 1.
std::string wanted_number(std::string_view name);

std::string wanted_speed();

// A name out of a message, for a message to a person: in backticks, or its length where it is long
// or not fit to print.
std::string shown(std::string_view text);

// Judges everything of a subscribe but its id, which the encodings look at first; drops channels
// that are there twice.
Result<void> check_subscribe(Subscribe& subscribe);

constexpr std::uint32_t kFromLastMax = 1000;
constexpr std::uint32_t kSpeedMax = 1'000'000;

}  // namespace courtside::protocol
