// The event types that the platform has agreed on, as data: which subject each is about and what
// the fields of its data must look like. A type that is not here is generic and passes as it is.
//
// For a type of the catalogue, at the door: `data` is a JSON object; the subject's own id is in it
// and agrees with `subject`; an event that changes an account's rights names the account; fields
// that are present have the right type, and no such field is there twice. Every other field is
// optional (null is "not there"), unknown fields stay. Threads: any; all of it is constant.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "schema/event.h"
#include "schema/event_errors.h"

namespace courtside {

enum class FieldType : std::uint8_t {
  kId,  // text of 1 to 64 bytes without control characters
  kText,
  kTime,                 // RFC 3339
  kMoney,                // {"minor": integer, "currency": three capital letters}
  kInteger,              // within 2^53 of 0
  kNotificationChannel,  // IN_APP, PUSH, EMAIL, SMS or WHATSAPP
};

struct FieldRule {
  std::string_view name;
  FieldType type;
};

// A subject of this kind carries its id in this field of the data: `booking:b_1`,
// "bookingId":"b_1".
struct SubjectRule {
  std::string_view kind;
  std::string_view field;
};

// `<family>.<event>` has this id in its data, whatever its subject is: whose rights it changes.
// Without it the event would be recorded as if it had done so, and nobody's rights would change.
struct RequiredId {
  std::string_view event;
  std::string_view field;  // one of catalogue_ids()
};

// `<name>.<event>` for each of the events.
struct EventFamily {
  std::string_view name;
  std::span<const std::string_view> events;
  std::span<const SubjectRule> subjects;  // one of these; empty: any subject
  std::span<const FieldRule> fields;      // besides catalogue_ids()
  std::span<const RequiredId> required;   // besides the subject's
};

std::span<const EventFamily> catalogue();

// Fields that are ids (FieldType::kId) in every family.
std::span<const std::string_view> catalogue_ids();

// What a FieldType::kNotificationChannel may say.
std::span<const std::string_view> notification_channels();

// The family that the type belongs to, or null when it is generic.
const EventFamily* find_family(std::string_view type);

// The field of the data that carries the id of a subject of this kind: "paymentId" of "payment".
// Empty for a kind that the catalogue does not have.
std::string_view subject_field(std::string_view kind);

// `kind:hidden` for a subject of one of these kinds. Valid for ever.
// REQUIRES: subject_field(channel_kind(subject)) is not empty.
std::string_view hidden_subject(std::string_view subject);

// The type of the catalogue that a type which is not in it was probably meant to be, as
// `booking.canceled` for `booking.cancelled`: one letter more, less, other or exchanged with the
// next, other capitals or separators, or a verb without its ending. Empty for a type of the
// catalogue, and for one that is like none of them: new types need no new server.
std::string meant_type(std::string_view type);

// A type that readers would take for a message of the server's own, or a browser for an event of
// its EventSource: `gap`, `open`, `error`, and all that begin with `courtside.`.
bool is_reserved_type(std::string_view type);

// Adds to `errors` what breaks the rules above; nothing for a generic type.
// REQUIRES: data of DataKind::kJson is sound JSON.
void check_catalogue(const EventFields& fields, EventErrors& errors);

}  // namespace courtside
