// Events at the door and on the way out: CloudEvents 1.0 in JSON, as a batch, and in HTTP's binary
// mode. `data` is checked for JSON grammar and kept byte for byte. The rules and limits of the
// attributes stand in event_rules.h, those of catalogue types in catalogue.h.
//
// Threads: any; parsers keep per-thread scratch.
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
#include "schema/position.h"
#include "schema/record.h"

namespace courtside {

constexpr std::size_t kEventBytesMax =
    256 * 1024;  // `maxevent`: the Event buffer, however it came in
constexpr std::size_t kBatchEventsMax = 1000;
constexpr std::size_t kJsonDepthMax = 64;  // of `data`; deeper is invalid_event

// An event as it came in, checked (check_event), with what travelled beside it.
struct IncomingEvent {
  std::string event = {};                  // bytes of build_event
  std::vector<std::string> channels = {};  // explicit ones, taken off the CloudEvent
  std::optional<std::uint64_t> expected_version = {};
};

// One CloudEvent as JSON. `time` is set to `received` when missing; sequence, recordedtime and
// subjectversion are ignored. Errors: bad_request (not JSON, not an object), payload_too_large,
// invalid_event with details {"errors":[{"pointer":"/data/start","detail":"..."}]}.
Result<IncomingEvent> parse_cloudevent(std::string_view json, Timestamp received);

// A JSON array of 1 to kBatchEventsMax of them; pointers begin with the event's index ("/1/type").
// An empty array: bad_request; more: payload_too_large.
Result<std::vector<IncomingEvent>> parse_cloudevent_batch(std::string_view json,
                                                          Timestamp received);

// HTTP binary mode: `headers` are (lower-case name, value); those that begin with "ce-" are
// attributes (percent-encoded), `content_type` becomes datacontenttype.
Result<IncomingEvent> parse_binary_cloudevent(
    const std::vector<std::pair<std::string, std::string>>& headers, std::string_view content_type,
    std::string_view body, Timestamp received);

// Holds an event against CloudEvents and, where its type is in the catalogue, against the type's
// schema: what parse_* do at the end, and what a FlatBuffers publisher's event goes through.
Result<void> check_event(EventView event);

// Which part of an event one kind of channel may see.
struct Projection {
  std::string name = {};
  // That are listed: `price.minor` is the `minor` of `price`, `price.*` is `price` with all in it.
  // Shown are leaves, from the top of the data: not an object or list. Hidden is a name with all
  // that is in it, wherever it stands.
  std::vector<std::string> data_fields = {};
  bool listed_are_hidden = false;  // false: only the listed are shown; true: all but them
  bool hide_actor = false;         // also correlationid, causationid and traceparent
};

// The event as a JSON CloudEvent, with sequence, recordedtime and subjectversion; `projection` may
// be null. Appends to `out`.
void append_cloudevent(std::string& out, RecordView record, const Projection* projection);

// The event's bytes as `projection` shows them.
std::string project_event(EventView event, const Projection& projection);

// The top-level members of a JSON object that are strings: what routing and the catalogue look at.
// Empty when `json` is no object.
class DataFields {
 public:
  // REQUIRES: `json` passed the door.
  explicit DataFields(std::string_view json);
  // As long as this lives: of one that does not, nobody can ask.
  std::optional<std::string_view> text(std::string_view field) const&;
  std::optional<std::string_view> text(std::string_view field) && = delete;

 private:
  std::vector<std::pair<std::string, std::string>> texts_;
};

}  // namespace courtside
