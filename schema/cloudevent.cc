#include "schema/cloudevent.h"

#include <string>

#include "base/format.h"
#include "base/utf8.h"
#include "schema/event_draft.h"
#include "schema/event_errors.h"
#include "schema/event_rules.h"
#include "schema/json_reader.h"

namespace courtside {
namespace {

constexpr const char* kNotJson = "the body is not JSON";

Error batch_too_large() {
  return too_large(format("a batch holds at most {} events", kBatchEventsMax), kBatchEventsMax);
}

// Reads one element of a batch. Faults of the event go to `errors` and reading continues; a
// returned error ends the batch.
Result<void> read_batch_item(JsonReader& reader, Timestamp received, EventErrors& errors,
                             std::vector<IncomingEvent>& events) {
  if (reader.peek() != JsonKind::kObject) {
    reader.value();
    errors.add("", "must be a JSON object");
    return {};
  }
  EventDraft draft(errors);
  draft.read(reader);
  if (reader.faulty()) return fail(Code::bad_request, kNotJson);
  draft.check(received, DataCheck::kGrammarChecked);
  if (!errors.empty()) return {};
  Result<IncomingEvent> event = draft.build();
  if (!event) return fail(std::move(event.error()));
  events.push_back(std::move(*event));
  return {};
}

}  // namespace

Result<IncomingEvent> parse_cloudevent(std::string_view json, Timestamp received) {
  if (!is_utf8(json)) return fail(Code::bad_request, "the body is not UTF-8");
  JsonReader reader(json);
  if (reader.peek() != JsonKind::kObject) {
    return fail(Code::bad_request, "the body is not a JSON object");
  }
  EventErrors errors;
  EventDraft draft(errors);
  draft.read(reader);
  if (!reader.at_end()) return fail(Code::bad_request, kNotJson);
  return draft.finish(received, DataCheck::kGrammarChecked);
}

Result<std::vector<IncomingEvent>> parse_cloudevent_batch(std::string_view json,
                                                          Timestamp received) {
  if (!is_utf8(json)) return fail(Code::bad_request, "the body is not UTF-8");
  JsonReader reader(json);
  if (!reader.begin_array()) return fail(Code::bad_request, "the body is not a JSON array");
  EventErrors errors;
  std::vector<IncomingEvent> events;
  std::size_t count = 0;
  while (reader.next_element()) {
    if (count == kBatchEventsMax) return fail(batch_too_large());
    errors.enter_batch_item(count++);
    const Result<void> read = read_batch_item(reader, received, errors, events);
    if (!read) return fail(read.error());
  }
  if (!reader.at_end()) return fail(Code::bad_request, kNotJson);
  if (count == 0) return fail(Code::bad_request, "the batch is empty");
  if (!errors.empty()) return fail(errors.error());
  return events;
}

Result<void> check_event(EventView event) {
  EventErrors errors;
  check_fields(event.fields(), DataCheck::kNeeded, errors);
  if (!errors.empty()) return fail(errors.error());
  if (event.bytes().size() > kEventBytesMax) return fail(event_too_large());
  return {};
}

}  // namespace courtside
