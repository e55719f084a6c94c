// What a Projection leaves of an event. Threads: any.
#pragma once

#include <string>

#include "schema/cloudevent.h"
#include "schema/event.h"

namespace courtside {

// The fields that `projection` shows. `data` is where the shown part of the data is put; it and
// what `fields` views outlive the result.
EventFields projected(const EventFields& fields, const Projection& projection, std::string& data);

}  // namespace courtside
