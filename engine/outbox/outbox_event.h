// The event that an outbox row stands for. Threads: any; no state.
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

// The CloudEvent: id and type are the row's, the subject is its aggregate, data is its payload,
// into which the ids of the row's columns, and of its aggregate, are put where it lacks them, since
// routing looks there: an id that is null or an empty text is lacking. A payload that is a text
// with a JSON object in it is that object. Numbers beyond 32 bits become texts.
// What the row does not say of its time is `received`. Checked like any event at the door:
// invalid_event says everything that is wrong with it, payload_too_large that it is too long.
Result<IncomingEvent> outbox_event(const OutboxRow& row, std::string_view source,
                                   Timestamp received);

}  // namespace courtside
