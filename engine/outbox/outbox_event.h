// Makes the event of an outbox row. Threads: any; no state.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "engine/outbox/outbox_row.h"
#include "schema/cloudevent.h"

namespace courtside {

// `<aggregate type in lower case>:<aggregate id>`.
std::string outbox_subject(const OutboxRow& row);

// The CloudEvent of a row: id and type are the row's, the subject is its aggregate, data is its
// payload. Ids of the row's columns and of its aggregate are added to the payload when they are
// missing, null or "", because routing needs them there. A payload that is a string with a JSON
// object is decoded. Numbers beyond 32 bits become strings. The time is `received` if the row has
// none. Checked like any published event: invalid_event with everything that is wrong, or
// payload_too_large.
Result<IncomingEvent> outbox_event(const OutboxRow& row, std::string_view source,
                                   Timestamp received);

}  // namespace courtside
