// What a Projection leaves of an event. Threads: any.
#pragma once

#include <string>

#include "schema/cloudevent.h"
#include "schema/event.h"

namespace courtside {

// The fields that `projection` shows. `data` is where the shown part of the data is put; it and
// what `fields` views outlive the result.
//
// The subject of an event carries an id too. Where the field of that id is listed as hidden, the
// subject is shown as `kind:hidden`: payment:p_1 as "payment:hidden" without `paymentId`.
EventFields projected(const EventFields& fields, const Projection& projection, std::string& data);

}  // namespace courtside
