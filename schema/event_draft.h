// An incoming event while it is parsed: its attributes are added one by one from JSON, HTTP headers
// or a FlatBuffer, and finish() validates and builds it. All faults are collected in an
// EventErrors.
//
// Threads: a value. It keeps views of its input.
#pragma once

#include <cstdint>
#include <forward_list>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "schema/event.h"
#include "schema/event_errors.h"
#include "schema/event_rules.h"
#include "schema/incoming_event.h"
#include "schema/json_reader.h"

namespace courtside {

// The largest number of the protocol: JavaScript's integers hold it exactly.
constexpr std::uint64_t kNumberMax = std::uint64_t{1} << 53;

class EventDraft {
 public:
  explicit EventDraft(EventErrors& errors) : errors_(errors) {}

  // Reads a JSON CloudEvent. Faults of grammar are left in the reader: see JsonReader::faulty().
  // REQUIRES: the reader is before an object, and its text outlives the draft.
  void read(JsonReader& reader);

  // Sets all fields of an event that arrived as a FlatBuffer. REQUIRES: the buffer outlives the
  // draft.
  void put_fields(const EventFields& fields);

  // Adds an attribute that arrived as text, by its CloudEvents name.
  void put_text(std::string_view name, std::string text);

  // REQUIRES: `data` outlives the draft, or is a result of keep().
  void put_data(DataKind kind, std::string_view data);
  void put_content_type(std::string_view type) { fields_.datacontenttype = type; }
  void put_channel(std::string_view channel);
  void put_expected_version(std::optional<std::uint64_t> version);

  // Stores a text until the draft is destroyed.
  std::string_view keep(std::string text);

  // Sets a missing time to `received`, and adds the event's faults to the errors.
  void check(Timestamp received, DataCheck data_check);

  // payload_too_large when the event is larger than kEventBytesMax. REQUIRES: check() found no
  // faults.
  Result<IncomingEvent> build();

  // check(), then build(); invalid_event when there are faults.
  Result<IncomingEvent> finish(Timestamp received, DataCheck data_check);

 private:
  void put(std::string_view name, const JsonValue& value);
  void put_spec_version(bool is_known);
  void put_text_attribute(const TextAttribute& attribute, const JsonValue& value);
  void put_base64(const JsonValue& value);
  void put_channels(const JsonValue& value);
  bool is_first(const Attribute& attribute, std::string_view name);

  EventErrors& errors_;
  EventFields fields_;
  IncomingEvent result_;
  std::size_t channels_seen_ = 0;
  bool has_spec_version_ = false;
  std::uint32_t seen_ = 0;               // Attribute::bit of each name so far
  std::forward_list<std::string> kept_;  // texts that are not views of the input
};

// The value of `expectedversion`, 0 to kNumberMax; empty for anything else.
std::optional<std::uint64_t> version_of(const JsonValue& value);

}  // namespace courtside
