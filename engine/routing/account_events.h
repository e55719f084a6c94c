// What an account's event may contain, and which attributes the server sets itself. Events of
// services are trusted and pass unchanged.
//
// An account publishes in its own name and only about its own things. So the server sets the actor,
// moves `source` into the account's namespace, and keeps `time` within bounds. It refuses
// `channels`, `correlationid`, `causationid`, another account's `accountId` or `senderId`, and in
// an event that only marks something (seen, read, deleted) all data except the ids of the marked
// thing. The reasons are in docs/decisions/0021.
//
// Threads: any; no state.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "engine/access/access.h"
#include "engine/config/config.h"
#include "schema/cloudevent.h"

namespace courtside {

struct AccountEventBounds {
  std::uint64_t time_past_ms = 0;    // how far before `received` the event's time may be
  std::uint64_t time_future_ms = 0;  // and how far after it
  Timestamp received;
};
AccountEventBounds bounds_of(const Config& config, Timestamp received);

// Sets the attributes of an account's event and adds the grant's channels. forbidden when the event
// names another account or channels; invalid_event, with JSON pointers, when it contains something
// that an account may not set. In a batch it is event number `item`, and the pointers begin with
// that.
Result<void> attribute(IncomingEvent& event, const Identity& publisher, const PublishGrant& grant,
                       const AccountEventBounds& bounds, std::optional<std::size_t> item = {});

// The source within the account's namespace: "/web" of account 42 becomes "/accounts/42/web", "web"
// becomes "/accounts/42:web". The mapping is one to one, so the events of two sources never mix.
std::string account_source(std::string_view account, std::string_view source);

}  // namespace courtside
