// What an account's event may say, and what the server says in its place. Services are trusted, so
// their events pass as they are.
//
// An account speaks in its own name and about what is its own. So the server sets the actor, puts
// `source` into the account's own namespace, and keeps `time` within bounds; and it refuses what
// would reach into the affairs of others: `channels`, `correlationid`, `causationid`, somebody
// else's `accountId` or `senderId`, and in an event that only marks something (seen, read, deleted)
// everything but the ids of what it marks. docs/decisions/0021 has the reasons.
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
  std::uint64_t time_past_ms = 0;    // how far behind `received` the event's time may lie
  std::uint64_t time_future_ms = 0;  // and how far ahead of it
  Timestamp received;
};
AccountEventBounds bounds_of(const Config& config, Timestamp received);

// Makes the event what its publisher may say, and adds the channels of the grant. forbidden where
// it speaks for somebody else or names channels; invalid_event, with pointers into the event (of a
// batch: into the batch, where it is event number `item`), where it says what it may not.
Result<void> attribute(IncomingEvent& event, const Identity& publisher, const PublishGrant& grant,
                       const AccountEventBounds& bounds, std::optional<std::size_t> item = {});

// In the namespace of account 42: "/accounts/42/web" of "/web", and "/accounts/42:web" of "web".
// One to one: two sources stay two, whatever they look like, and so do the events of each.
std::string account_source(std::string_view account, std::string_view source);

}  // namespace courtside
