// The event types that the platform has agreed on, as data: the subject of each, and the types of
// its data fields. A type that is not in the catalogue is generic and is not checked here.
//
// The rules for an event of a catalogue type: `data` is a JSON object; the subject's own id is in
// it and agrees with `subject`; an event that changes an account's rights names the account; known
// fields have the right type, and none occurs twice. All other fields are optional (null means
// absent); unknown fields are kept. Threads: any; all of it is constant.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "schema/event.h"
#include "schema/event_errors.h"

namespace courtside {

// JavaScript loses digits beyond it.
constexpr std::int64_t kCatalogueIntegerMax = std::int64_t{1} << 53;

enum class FieldType : std::uint8_t {
  kId,  // text of 1 to 64 bytes without control characters
  kText,
  kTime,                 // RFC 3339
  kMoney,                // {"minor": integer, "currency": three capital letters}
  kInteger,              // at most kCatalogueIntegerMax from 0
  kNotificationChannel,  // IN_APP, PUSH, EMAIL, SMS or WHATSAPP
};

struct FieldRule {
  std::string_view name;
  FieldType type;
};

// The data field that holds the id of a subject of this kind: `booking:b_1` needs
// "bookingId":"b_1".
struct SubjectRule {
  std::string_view kind;
  std::string_view field;
};

// `<family>.<event>` must have this id in its data, whatever its subject is: it is the account
// whose rights change. Without it the event would be recorded but change no rights.
struct RequiredId {
  std::string_view event;
  std::string_view field;  // one of catalogue_ids()
};

struct EventRule {
  std::string_view name;
  std::string_view meaning;  // what happened, as a clause
};

// The types `<name>.<event>`, one for each of the events.
struct EventFamily {
  std::string_view name;
  std::span<const EventRule> events;
  std::span<const SubjectRule> subjects;  // the subject must match one of these; empty: any subject
  std::span<const FieldRule> fields;      // in addition to catalogue_ids()
  std::span<const RequiredId> required;   // in addition to the subject's id
};

std::span<const EventFamily> catalogue();

// Field names that hold an id (FieldType::kId) in every family.
std::span<const std::string_view> catalogue_ids();

// The values of a FieldType::kNotificationChannel.
std::span<const std::string_view> notification_channels();

// The family of the type; null when the type is generic.
const EventFamily* find_family(std::string_view type);

// The data field that holds the id of a subject of this kind: "paymentId" for "payment". Empty for
// a kind that the catalogue does not have.
std::string_view subject_field(std::string_view kind);

// `kind:hidden` for the kind of this subject. The view stays valid for the life of the process.
// REQUIRES: subject_field(channel_kind(subject)) is not empty.
std::string_view hidden_subject(std::string_view subject);

// Finds a probable misspelling: the catalogue type that `type` was meant to be, as
// `booking.cancelled` for `booking.canceled`. It accepts one letter added, missing, changed or
// swapped with the next, other capitals or separators, or a verb without its ending. Empty for a
// type of the catalogue and for a type that resembles none: new types need no new server.
std::string nearest_type(std::string_view type);

// True for a type that clients would confuse with a message of the server, or browsers with an
// event of EventSource: `gap`, `open`, `error`, and everything that begins with `courtside.`.
bool is_reserved_type(std::string_view type);

// Adds to `errors` each breach of the rules above; nothing for a generic type. REQUIRES: data of
// DataKind::kJson is valid JSON.
void check_catalogue(const EventFields& fields, EventErrors& errors);

}  // namespace courtside
