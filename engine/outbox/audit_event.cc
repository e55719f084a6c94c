#include "engine/outbox/audit_event.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "base/ascii.h"
#include "base/format.h"
#include "base/json.h"
#include "base/time.h"
#include "base/utf8.h"
#include "engine/outbox/quoted_json.h"
#include "schema/channel.h"
#include "schema/cloudevent.h"
#include "schema/event_rules.h"
#include "schema/json_reader.h"
#include "schema/text.h"

namespace courtside {
namespace {

// Columns in which the platform stored JSON as a string.
constexpr std::array<std::string_view, 4> kJsonColumns = {"oldValue", "newValue", "details",
                                                          "error"};

// Columns that become attributes of the event.
constexpr std::array<std::pair<std::string_view, std::string_view>, 3> kAttributes = {
    {{"actorId", "actorid"}, {"actorType", "actortype"}, {"correlationId", "correlationid"}}};

template <typename List>
bool is_among(const List& list, std::string_view name) {
  return std::find(list.begin(), list.end(), name) != list.end();
}

// Makes 2026-11-01T10:00:00.125Z from "2026-11-01 10:00:00.125+00". Empty when it is not such a
// time.
std::string rfc3339(std::string text) {
  constexpr std::string_view kUtc = "+00";
  if (text.ends_with(kUtc)) text.resize(text.size() - kUtc.size());
  std::replace(text.begin(), text.end(), ' ', 'T');
  text.push_back('Z');
  return parse_rfc3339(text) ? text : "";
}

std::string text_of(const JsonValue& value) {
  std::string scratch;
  if (!value.is(JsonKind::kString)) return {};
  return std::string(json_text(value, scratch).value_or(std::string_view()));
}

bool can_be_attribute(std::string_view text) {
  return !text.empty() && text.size() <= kAttributeBytesMax && is_plain_text(text);
}

class Draft {
 public:
  explicit Draft(const AuditRow& row) : row_(row) {
    event_.text("specversion", "1.0")
        .text("id", row.id)
        .text("source", "/legacy/audit")
        .text("type", "legacy.audit");
    data_.boolean("legacy", true);
  }

  // REQUIRES: the columns were not read before.
  bool read_columns() {
    JsonReader reader(row_.columns);
    if (!reader.begin_object()) return false;
    while (reader.next_member()) {
      const std::string name = text_of(reader.key());
      take(name, reader.value());
    }
    return reader.at_end();
  }

  std::string finish(const std::string& time) {
    const std::string resource = lower_case(resource_type_) + ":" + resource_id_;
    event_.text("subject", is_channel(resource) ? resource : "audit:" + row_.id)
        .text("time", time)
        .text("datacontenttype", "application/json")
        .raw("data", data_.take());
    return event_.take();
  }

 private:
  void take(const std::string& name, const JsonValue& value) {
    if (name == "id" || name == "timestamp" || name == "legacy") return;
    if (name == "resourceType") resource_type_ = text_of(value);
    if (name == "resourceId") resource_id_ = text_of(value);
    for (const auto& [column, attribute] : kAttributes) {
      if (column != name) continue;
      const std::string text = text_of(value);
      if (!can_be_attribute(text)) break;
      event_.text(attribute, text);
      return;
    }
    if (is_among(kJsonColumns, name)) {
      // In `data` it is one level deeper, and the depth of `data` is bounded.
      data_.raw(name, unquoted_json(value, kJsonDepthMax - 1));
    } else {
      data_.raw(name, value.raw);
    }
  }

  const AuditRow& row_;
  JsonObject event_;
  JsonObject data_;
  std::string resource_type_;
  std::string resource_id_;
};

}  // namespace

Result<std::string> audit_event(const AuditRow& row) {
  const std::string time = rfc3339(row.timestamp);
  if (time.empty()) {
    return fail(Code::invalid_event, "`timestamp` is no time of the years 0 to 9999");
  }
  if (row.size_bytes > kAuditRowBytesMax) {
    return fail(Code::payload_too_large, format("the row has {} bytes; an event has at most {}",
                                                row.size_bytes, kEventBytesMax));
  }
  Draft draft(row);
  if (!is_utf8(row.columns) || !draft.read_columns()) {
    return fail(Code::invalid_event, "its columns are no JSON object");
  }
  std::string event = draft.finish(time);
  if (const auto parsed = parse_cloudevent(event, Timestamp()); !parsed) {
    return fail(parsed.error());
  }
  return event;
}

}  // namespace courtside
