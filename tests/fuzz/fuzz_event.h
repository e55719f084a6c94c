// What must hold for every accepted event, whatever its format was.
#pragma once

#include <string>

#include "base/check.h"
#include "schema/cloudevent.h"
#include "schema/json_reader.h"
#include "schema/record.h"

namespace courtside {

// The event verifies, is right by the rules that it was let in by, and is written as a CloudEvent
// that may come in again with the same data.
inline void check_admitted(const IncomingEvent& incoming) {
  COURTSIDE_CHECK(verify_event(incoming.event).has_value());
  COURTSIDE_CHECK(check_event(EventView(incoming.event)).has_value());
  std::string record;
  append_record(record, {.offset = Offset(1), .subject_version = 1}, incoming.channels,
                incoming.event);
  COURTSIDE_CHECK(verify_record(record).has_value());
  std::string json;
  append_cloudevent(json, RecordView(record), {});
  const auto again = parse_cloudevent(json, Timestamp());
  COURTSIDE_CHECK(again.has_value());
  COURTSIDE_CHECK(EventView(again->event).data() == EventView(incoming.event).data());
}

}  // namespace courtside
