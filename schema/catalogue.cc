#include "schema/catalogue.h"

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "base/ascii.h"
#include "base/check.h"
#include "base/time.h"
#include "schema/channel.h"
#include "schema/json_reader.h"

namespace courtside {
namespace {

using Name = std::string_view;

constexpr Name kIds[] = {"slotId",         "holdId",   "venueId",  "accountId",  "bookingId",
                         "paymentId",      "refundId", "roomId",   "messageId",  "senderId",
                         "notificationId", "replyTo",  "ticketId", "assigneeId", "sessionId"};

constexpr Name kSlotEvents[] = {
    "held",     "hold_released", "hold_expired",        "booked",
    "released", "price_changed", "maintenance_started", "maintenance_ended"};
constexpr Name kBookingEvents[] = {
    "created",   "confirmed",  "rejected",  "expired",           "rescheduled",   "amended",
    "cancelled", "checked_in", "completed", "no_show_confirmed", "status_changed"};
constexpr Name kPaymentEvents[] = {"authorized", "captured", "failed"};
constexpr Name kRefundEvents[] = {"requested", "succeeded", "failed"};
constexpr Name kNotificationEvents[] = {"created", "dispatched", "delivered",
                                        "failed",  "seen",       "read"};
constexpr Name kChatEvents[] = {"room_opened",    "participant_added", "participant_removed",
                                "message_posted", "message_edited",    "message_deleted",
                                "read_up_to"};
constexpr Name kTicketEvents[] = {"opened", "assigned", "replied", "status_changed", "closed"};
constexpr Name kVenueEvents[] = {"updated", "hours_changed", "suspended", "staff_added",
                                 "staff_removed"};
constexpr Name kAccountEvents[] = {"role_changed"};
constexpr Name kSessionEvents[] = {"revoked"};
constexpr Name kAuditEvents[] = {"queried", "exported"};

// Money events may be about the payment (or refund) or about its booking; rights may be about the
// account under either of its two names.
constexpr SubjectRule kSlotSubjects[] = {{"slot", "slotId"}};
constexpr SubjectRule kBookingSubjects[] = {{"booking", "bookingId"}};
constexpr SubjectRule kPaymentSubjects[] = {{"payment", "paymentId"}, {"booking", "bookingId"}};
constexpr SubjectRule kRefundSubjects[] = {
    {"refund", "refundId"}, {"payment", "paymentId"}, {"booking", "bookingId"}};
constexpr SubjectRule kNotificationSubjects[] = {{"notification", "notificationId"}};
constexpr SubjectRule kChatSubjects[] = {{"chat", "roomId"}};
constexpr SubjectRule kTicketSubjects[] = {{"ticket", "ticketId"}};
constexpr SubjectRule kVenueSubjects[] = {{"venue", "venueId"}};
constexpr SubjectRule kAccountSubjects[] = {{"account", "accountId"}, {"user", "accountId"}};
constexpr SubjectRule kSessionSubjects[] = {
    {"session", "sessionId"}, {"account", "accountId"}, {"user", "accountId"}};

constexpr FieldRule kSlotFields[] = {{"start", FieldType::kTime},
                                     {"end", FieldType::kTime},
                                     {"expiresAt", FieldType::kTime},
                                     {"price", FieldType::kMoney},
                                     {"status", FieldType::kText}};
// A booking's status is free text: an unknown one survives untouched.
constexpr FieldRule kBookingFields[] = {
    {"start", FieldType::kTime},     {"end", FieldType::kTime},
    {"expiresAt", FieldType::kTime}, {"amount", FieldType::kMoney},
    {"from", FieldType::kText},      {"to", FieldType::kText},
    {"by", FieldType::kText},        {"reasonCode", FieldType::kText},
    {"status", FieldType::kText}};
constexpr FieldRule kMoneyFields[] = {
    {"amount", FieldType::kMoney}, {"method", FieldType::kText}, {"code", FieldType::kText}};
constexpr FieldRule kNotificationFields[] = {{"kind", FieldType::kText},
                                             {"title", FieldType::kText},
                                             {"body", FieldType::kText},
                                             {"link", FieldType::kText},
                                             {"channel", FieldType::kNotificationChannel},
                                             {"attempt", FieldType::kInteger}};
constexpr FieldRule kChatFields[] = {{"body", FieldType::kText}};
constexpr FieldRule kTicketFields[] = {
    {"category", FieldType::kText}, {"priority", FieldType::kText}, {"status", FieldType::kText}};
constexpr FieldRule kByFields[] = {{"by", FieldType::kText}};
constexpr FieldRule kAuditFields[] = {{"by", FieldType::kText}, {"rows", FieldType::kInteger}};

constexpr RequiredId kChatRequired[] = {{"participant_added", "accountId"},
                                        {"participant_removed", "accountId"}};
constexpr RequiredId kVenueRequired[] = {{"staff_added", "accountId"},
                                         {"staff_removed", "accountId"}};
constexpr RequiredId kAccountRequired[] = {{"role_changed", "accountId"}};
constexpr RequiredId kSessionRequired[] = {{"revoked", "accountId"}};

constexpr EventFamily kFamilies[] = {
    {"slot", kSlotEvents, kSlotSubjects, kSlotFields, {}},
    {"booking", kBookingEvents, kBookingSubjects, kBookingFields, {}},
    {"payment", kPaymentEvents, kPaymentSubjects, kMoneyFields, {}},
    {"refund", kRefundEvents, kRefundSubjects, kMoneyFields, {}},
    {"notification", kNotificationEvents, kNotificationSubjects, kNotificationFields, {}},
    {"chat", kChatEvents, kChatSubjects, kChatFields, kChatRequired},
    {"ticket", kTicketEvents, kTicketSubjects, kTicketFields, {}},
    {"venue", kVenueEvents, kVenueSubjects, kByFields, kVenueRequired},
    {"account", kAccountEvents, kAccountSubjects, kByFields, kAccountRequired},
    {"session", kSessionEvents, kSessionSubjects, kByFields, kSessionRequired},
    {"audit", kAuditEvents, {}, kAuditFields, {}},
};

constexpr Name kNotificationChannels[] = {"IN_APP", "PUSH", "EMAIL", "SMS", "WHATSAPP"};

constexpr std::int64_t kIntegerMax = std::int64_t{1} << 53;  // beyond it JavaScript loses digits

bool is_one_of(std::span<const Name> names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool is_integer(const JsonValue& value) {
  const auto number = json_integer(value);
  return number && *number >= -kIntegerMax && *number <= kIntegerMax;
}

// A text that decodes to one that `is_right`.
template <typename IsRight>
bool is_text(const JsonValue& value, const IsRight& is_right) {
  if (!value.is(JsonKind::kString)) return false;
  std::string scratch;
  const auto text = json_text(value, scratch);
  return text && is_right(*text);
}

bool is_currency(std::string_view text) {
  const auto is_capital = [](char c) { return c >= 'A' && c <= 'Z'; };
  return text.size() == 3 && std::all_of(text.begin(), text.end(), is_capital);
}

bool is_money(const JsonValue& value) {
  JsonReader reader(value.raw);
  if (!reader.begin_object()) return false;
  JsonValue minor, currency;
  while (reader.next_member()) {
    const std::string_view key = reader.key().raw;
    const JsonValue member = reader.value();
    if (key == "\"minor\"") minor = member;
    if (key == "\"currency\"") currency = member;
  }
  return is_integer(minor) && is_text(currency, is_currency);
}

bool has_type(const JsonValue& value, FieldType type) {
  switch (type) {
    case FieldType::kId: return is_text(value, is_channel_id);
    case FieldType::kText: return value.is(JsonKind::kString);
    case FieldType::kTime:
      return is_text(value, [](std::string_view text) { return parse_rfc3339(text).has_value(); });
    case FieldType::kMoney: return is_money(value);
    case FieldType::kInteger: return is_integer(value);
    case FieldType::kNotificationChannel:
      return is_text(value,
                     [](std::string_view text) { return is_one_of(kNotificationChannels, text); });
  }
  return false;
}

std::string_view wanted(FieldType type) {
  switch (type) {
    case FieldType::kId: return "must be an id: text of 1 to 64 bytes";
    case FieldType::kText: return "must be text";
    case FieldType::kTime: return "must be an RFC 3339 time";
    case FieldType::kMoney:
      return R"(must be money: {"minor": integer, "currency": three capital letters})";
    case FieldType::kInteger: return "must be an integer";
    case FieldType::kNotificationChannel: return "must be IN_APP, PUSH, EMAIL, SMS or WHATSAPP";
  }
  return {};
}

// What one event's data is held against.
class CatalogueCheck {
 public:
  CatalogueCheck(const EventFamily& family, std::string_view event, const SubjectRule* subject_rule,
                 std::string_view subject_id, EventErrors& errors)
      : family_(family),
        event_(event),
        subject_rule_(subject_rule),
        subject_id_(subject_id),
        errors_(errors) {}

  void run(std::string_view data) {
    JsonReader reader(data);
    if (!reader.begin_object()) return errors_.add("/data", "must be a JSON object");
    std::string scratch;
    while (reader.next_member()) {
      const auto name = json_text(reader.key(), scratch);
      const JsonValue value = reader.value();
      if (name) look_at(*name, value);
    }
    if (subject_rule_ != nullptr && !subject_id_seen_) {
      errors_.add_field("data", subject_rule_->field, "is missing");
    }
    for (const RequiredId& id : family_.required) {
      const bool is_subject = subject_rule_ != nullptr && id.field == subject_rule_->field;
      if (id.event != event_ || is_subject || has_value(id.field)) continue;
      errors_.add_field("data", id.field, "is missing: without it nobody's rights would change");
    }
  }

 private:
  void look_at(std::string_view name, const JsonValue& value) {
    const auto type = type_of(name);
    if (!type) return;
    // Readers differ on which of two counts: what was routed must be what is shown.
    if (was_seen_) return errors_.add_field("data", name, "is there twice");
    if (value.is(JsonKind::kNull)) return;
    with_value_ |= bit_;
    if (!has_type(value, *type)) return errors_.add_field("data", name, wanted(*type));
    if (subject_rule_ == nullptr || name != subject_rule_->field) return;
    subject_id_seen_ = true;
    const auto is_subject = [this](std::string_view text) { return text == subject_id_; };
    if (!is_text(value, is_subject)) errors_.add_field("data", name, "must be the id in `subject`");
  }

  // The type that the field must have; empty for an unknown one. Notes that it was there.
  std::optional<FieldType> type_of(std::string_view name) {
    std::uint64_t bit = 1;
    for (const std::string_view id : kIds) {
      if (id == name) return seen(bit, FieldType::kId);
      bit <<= 1;
    }
    for (const FieldRule& rule : family_.fields) {
      if (rule.name == name) return seen(bit, rule.type);
      bit <<= 1;
    }
    return std::nullopt;
  }

  FieldType seen(std::uint64_t bit, FieldType type) {
    was_seen_ = (seen_ & bit) != 0;
    seen_ |= bit;
    bit_ = bit;
    return type;
  }

  // `id`: one of kIds.
  bool has_value(std::string_view id) const {
    const auto index = std::find(std::begin(kIds), std::end(kIds), id) - std::begin(kIds);
    return (with_value_ >> index & 1) != 0;
  }

  const EventFamily& family_;
  const std::string_view event_;
  const SubjectRule* const subject_rule_;
  const std::string_view subject_id_;
  EventErrors& errors_;
  std::uint64_t seen_ = 0;
  std::uint64_t with_value_ = 0;
  std::uint64_t bit_ = 0;  // of the field that was looked at last
  bool was_seen_ = false;
  bool subject_id_seen_ = false;
};

const SubjectRule* find_subject_rule(const EventFamily& family, std::string_view subject) {
  const auto same_kind = [kind = channel_kind(subject)](const SubjectRule& rule) {
    return rule.kind == kind;
  };
  const auto rule = std::find_if(family.subjects.begin(), family.subjects.end(), same_kind);
  return rule == family.subjects.end() ? nullptr : &*rule;
}

std::string wanted_subject(const EventFamily& family) {
  std::string text = "must be ";
  for (const SubjectRule& rule : family.subjects) {
    if (&rule != family.subjects.data()) text.append(" or ");
    text.append("`").append(rule.kind).append(":<").append(rule.field).append(">`");
  }
  return text;
}

}  // namespace

std::span<const EventFamily> catalogue() { return kFamilies; }

std::span<const std::string_view> catalogue_ids() { return kIds; }

std::span<const std::string_view> notification_channels() { return kNotificationChannels; }

const EventFamily* find_family(std::string_view type) {
  const std::size_t dot = type.find('.');
  if (dot == std::string_view::npos) return nullptr;
  for (const EventFamily& family : kFamilies) {
    if (family.name != type.substr(0, dot)) continue;
    return is_one_of(family.events, type.substr(dot + 1)) ? &family : nullptr;
  }
  return nullptr;
}

std::string_view subject_field(std::string_view kind) {
  for (const EventFamily& family : kFamilies) {
    for (const SubjectRule& rule : family.subjects) {
      if (rule.kind == kind) return rule.field;
    }
  }
  return {};
}

std::string_view hidden_subject(std::string_view subject) {
  static const auto subjects = [] {
    std::map<std::string, std::string, std::less<>> made;
    for (const EventFamily& family : kFamilies) {
      for (const SubjectRule& rule : family.subjects) {
        const std::string kind(rule.kind);
        made.emplace(kind, kind + ":hidden");
      }
    }
    return made;
  }();
  const auto found = subjects.find(channel_kind(subject));
  COURTSIDE_CHECK(found != subjects.end());
  return found->second;
}

namespace {

// As one would hear it: "checkedIn" and "checked-in" are "checkedin".
std::string folded(std::string_view name) {
  std::string text;
  for (const char c : name) {
    if (c == '_' || c == '-' || c == ' ') continue;
    text.push_back(to_lower(c));
  }
  return text;
}

// Whether at most one letter is more, less, other, or exchanged with the next.
bool is_one_letter_off(std::string_view a, std::string_view b) {
  if (a.size() > b.size()) std::swap(a, b);
  if (b.size() - a.size() > 1) return false;
  while (!a.empty() && a.front() == b.front()) a.remove_prefix(1), b.remove_prefix(1);
  while (!a.empty() && a.back() == b.back()) a.remove_suffix(1), b.remove_suffix(1);
  if (b.size() <= 1) return true;
  return a.size() == 2 && b.size() == 2 && a[0] == b[1] && a[1] == b[0];
}

// `written` and `known` are folded.
bool is_meant(std::string_view written, std::string_view known) {
  if (is_one_letter_off(written, known)) return true;
  // A verb without its ending: "confirm" for "confirmed", "cancel" for "cancelled".
  constexpr std::size_t kEndingBytesMax = 3;
  return written.size() >= 4 && known.starts_with(written) && known.ends_with("ed") &&
         known.size() - written.size() <= kEndingBytesMax;
}

}  // namespace

std::string meant_type(std::string_view type) {
  const std::size_t dot = type.find('.');
  if (dot == std::string_view::npos || find_family(type) != nullptr) return {};
  const std::string written_family = folded(type.substr(0, dot));
  const std::string written = folded(type.substr(dot + 1));
  for (const EventFamily& family : kFamilies) {
    const bool is_family = family.name == written_family;
    if (!is_family && !is_one_letter_off(written_family, family.name)) continue;
    for (const std::string_view event : family.events) {
      // Of two misspelt words it is too much to say what was meant.
      const std::string known = folded(event);
      if (is_family ? !is_meant(written, known) : written != known) continue;
      return std::string(family.name).append(".").append(event);
    }
  }
  return {};
}

bool is_reserved_type(std::string_view type) {
  return type == "gap" || type == "open" || type == "error" || type.starts_with("courtside.");
}

void check_catalogue(const EventFields& fields, EventErrors& errors) {
  const EventFamily* family = find_family(fields.type);
  if (family == nullptr) return;
  if (fields.data_kind != DataKind::kJson) return errors.add("/data", "must be a JSON object");
  const SubjectRule* subject_rule = find_subject_rule(*family, fields.subject);
  if (subject_rule == nullptr && !family->subjects.empty()) {
    errors.add("/subject", wanted_subject(*family));
  }
  const std::string_view event = fields.type.substr(family->name.size() + 1);
  CatalogueCheck(*family, event, subject_rule, channel_id(fields.subject), errors).run(fields.data);
}

}  // namespace courtside
