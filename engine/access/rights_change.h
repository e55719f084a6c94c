// Which events change rights. A fact that was known before such an event is outdated from its
// offset on. Threads: any; no state.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/access/fact.h"
#include "schema/event.h"

namespace courtside {

struct RightsChange {
  // The fact that the event changes.
  FactKey fact;
  // Readers that depend on this fact must be checked again before they receive anything after the
  // event.
  bool ends_rights = false;
  // Credentials issued before the event are no longer valid.
  bool revokes_credentials = false;
};

// A channel that contains exactly the events from which the log knows this fact; empty for a fact
// that the log does not know. With it, a lookup takes the same time in a room of a hundred thousand
// messages and in an empty one.
std::string fact_channel(const FactKey& fact);

// The channel whose readers depend on a fact about a room or a ticket.
std::string channel_of(const FactKey& fact);
// Whether some fact has this channel_of().
bool is_fact_channel(std::string_view channel);

// The types of events that may revoke an account's credentials.
std::vector<std::string> account_change_types();

// Whether an event of this type ends rights. The catalogue accepts such an event only with the ids
// that rights_change() reads.
bool may_end_rights(std::string_view type);

// Empty for an event that changes no rights, as nearly all do.
std::optional<RightsChange> rights_change(EventView event);

}  // namespace courtside
