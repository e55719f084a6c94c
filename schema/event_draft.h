// An event on its way in: attributes are put in one by one, as JSON, HTTP headers or a FlatBuffer
// bring them, and finish() judges the whole and builds it. Faults are gathered in an EventErrors,
// not answered one at a time.
//
// Threads: a value; keeps views of what it was given.
#pragma once

#include <cstdint>
#include <forward_list>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "schema/cloudevent.h"
#include "schema/event.h"
#include "schema/event_errors.h"
#include "schema/event_rules.h"
#include "schema/json_reader.h"

namespace courtside {

// The largest number of the protocol: every client can hold it exactly (JavaScript's integers).
constexpr std::uint64_t kNumberMax = std::uint64_t{1} << 53;

class EventDraft {
 public:
  explicit EventDraft(EventErrors& errors) : errors_(errors) {}

  // Reads a JSON CloudEvent. Its grammar is for the reader's owner to judge.
  // REQUIRES: the reader stands before an object, and its text outlives the draft.
  void read(JsonReader& reader);

  // Everything at once, from an event that came as a FlatBuffer, which outlives the draft.
  void put_fields(const EventFields& fields);

  // An attribute that came as text, by its CloudEvents name.
  void put_text(std::string_view name, std::string text);

  // `data` outlives the draft, or went through keep().
  void put_data(DataKind kind, std::string_view data);
  void put_content_type(std::string_view type) { fields_.datacontenttype = type; }
  void put_channel(std::string_view channel);
  void put_expected_version(std::optional<std::uint64_t> version);

  // Holds a text for as long as the draft lives.
  std::string_view keep(std::string text);

  // Gives the event its time where it has none, and adds what is wrong with it to the errors.
  void check(Timestamp received, DataCheck data_check);

  // payload_too_large beyond kEventBytesMax.
  // REQUIRES: check() found nothing.
  Result<IncomingEvent> build();

  // check(), invalid_event if there are any errors, build().
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
  std::uint32_t seen_ = 0;               // Attribute::bit of each name that came
  std::forward_list<std::string> kept_;  // what is not a piece of the text that came in
};

// The whole number that an `expectedversion` is, 0 to kNumberMax; empty for anything else.
std::optional<std::uint64_t> version_of(const JsonValue& value);

}  // namespace courtside
