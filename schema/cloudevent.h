// CloudEvents 1.0 in and out: in JSON, as a JSON batch, and in HTTP's binary mode. `data` is
// checked for JSON grammar and kept byte for byte. Rules and limits of the attributes are in
// event_rules.h, those of catalogue types in catalogue.h.
//
// Threads: any; parsers use per-thread scratch memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "schema/event.h"
#include "schema/field_selection.h"
#include "schema/incoming_event.h"
#include "schema/position.h"
#include "schema/record.h"

namespace courtside {

// Parses one JSON CloudEvent. A missing `time` is set to `received`; sequence, recordedtime and
// subjectversion are ignored. Errors: bad_request (not JSON, not an object), payload_too_large,
// invalid_event with details {"errors":[{"pointer":"/data/start","detail":"..."}]}.
Result<IncomingEvent> parse_cloudevent(std::string_view json, Timestamp received);

// Parses a JSON array of 1 to kBatchEventsMax CloudEvents; error pointers begin with the event's
// index ("/1/type"). An empty array is bad_request, a longer one payload_too_large.
Result<std::vector<IncomingEvent>> parse_cloudevent_batch(std::string_view json,
                                                          Timestamp received);

// Parses HTTP binary mode. `headers` are (lower-case name, value); those that begin with "ce-" are
// attributes (percent-encoded), `content_type` becomes datacontenttype.
Result<IncomingEvent> parse_binary_cloudevent(
    const std::vector<std::pair<std::string, std::string>>& headers, std::string_view content_type,
    std::string_view body, Timestamp received);

// Validates an event against CloudEvents and, if the catalogue has its type, against the type's
// schema. The parsers above do this at their end.
Result<void> check_event(EventView event);

// The part of an event that one kind of channel may see.
struct Projection {
  std::string name = {};
  // Paths of data fields: `price.minor` is the member `minor` of `price`, `price.*` is `price` with
  // everything in it. A shown path starts at the top of the data and shows a scalar; only `.*`
  // shows an object or array. A hidden path matches at any depth and hides the whole value.
  std::vector<std::string> data_fields = {};
  bool listed_are_hidden = false;  // false: shows only the listed; true: shows all others
  bool hide_actor = false;         // hides correlationid, causationid and traceparent too
};

// The part of an event that a reader gets: what it may see, and of that the fields it asked for.
struct ShownPart {
  const Projection* projection = nullptr;  // null: everything
  const FieldSelection* fields = nullptr;  // null: all

  bool is_whole() const { return projection == nullptr && selection().is_all(); }
  const FieldSelection& selection() const;

  // Whether they show the same of every event.
  friend bool operator==(const ShownPart& a, const ShownPart& b) {
    return a.projection == b.projection && (a.fields == b.fields || a.selection() == b.selection());
  }
};

// Appends the part as a JSON object: the whole event is a JSON CloudEvent with sequence,
// recordedtime and subjectversion.
void append_cloudevent(std::string& out, RecordView record, const ShownPart& part);

// The bytes of an event that has this part only.
std::string build_part(EventView event, const ShownPart& part);

// The top-level string members of a JSON object, for routing and the catalogue. Empty when `json`
// is not an object.
class DataFields {
 public:
  // REQUIRES: `json` is valid JSON.
  explicit DataFields(std::string_view json);
  // Valid as long as this object lives; a call on a temporary does not compile.
  std::optional<std::string_view> text(std::string_view field) const&;
  std::optional<std::string_view> text(std::string_view field) && = delete;

 private:
  std::vector<std::pair<std::string, std::string>> texts_;
};

}  // namespace courtside
