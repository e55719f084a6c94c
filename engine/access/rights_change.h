// Which events take rights away or give them: what is known of the world stops being true at their
// offset. Threads: any; no state.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/access/fact.h"
#include "schema/event.h"

namespace courtside {

struct RightsChange {
  // No longer as it was.
  FactKey fact;
  // Whoever reads by this fact must be asked again: nothing behind the event is for it until then.
  bool ends_rights = false;
  // Credentials made before the event count no more.
  bool revokes_credentials = false;
};

// The channel that the events reach from which the log itself knows this fact, and no others do;
// empty for a fact that the log does not know. So a room of a hundred thousand messages is as
// quickly looked up as one that does not exist.
std::string fact_channel(const FactKey& fact);

// The channel that is read by a fact about a room or a ticket.
std::string channel_of(const FactKey& fact);

// The types of the events that may revoke an account's credentials.
std::vector<std::string> account_change_types();

// Whether an event of this type ends rights. The catalogue takes none that does not say whose, by
// the ids that rights_change() reads.
bool may_end_rights(std::string_view type);

// Empty for an event that changes nobody's rights, which nearly all are.
std::optional<RightsChange> rights_change(EventView event);

}  // namespace courtside
