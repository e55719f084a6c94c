// Applies a Projection to an event. Threads: any.
#pragma once

#include <string>

#include "schema/cloudevent.h"
#include "schema/event.h"

namespace courtside {

// The fields under the projection. `data` receives the projected data. REQUIRES: `data` and what
// `fields` views outlive the result.
//
// The subject contains an id too. If the field of that id is hidden, the subject is shown as
// `kind:hidden`: payment:p_1 without `paymentId` becomes "payment:hidden".
EventFields projected(const EventFields& fields, const Projection& projection, std::string& data);

// The fields of the event under the part's projection; the selection is not applied yet. Data of
// which the selection shows nothing is left out instead of being projected.
EventFields projected(EventView event, const ShownPart& part, std::string& data);

}  // namespace courtside
