#include <algorithm>
#include <optional>
#include <string>

#include "base/time.h"
#include "schema/catalogue.h"
#include "schema/channel.h"
#include "schema/json_reader.h"

namespace courtside {
namespace {

bool is_one_of(std::span<const std::string_view> names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool is_integer(const JsonValue& value) {
  const auto number = json_integer(value);
  return number && *number >= -kCatalogueIntegerMax && *number <= kCatalogueIntegerMax;
}

// True for a string whose decoded text satisfies `is_right`.
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
      return is_text(
          value, [](std::string_view text) { return is_one_of(notification_channels(), text); });
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

// Checks the data of one event.
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
    // JSON parsers differ on which of two members wins. What was routed must be what is shown.
    if (was_seen_) return errors_.add_field("data", name, "is there twice");
    if (value.is(JsonKind::kNull)) return;
    with_value_ |= bit_;
    if (!has_type(value, *type)) return errors_.add_field("data", name, wanted(*type));
    if (subject_rule_ == nullptr || name != subject_rule_->field) return;
    subject_id_seen_ = true;
    const auto is_subject = [this](std::string_view text) { return text == subject_id_; };
    if (!is_text(value, is_subject)) errors_.add_field("data", name, "must be the id in `subject`");
  }

  // The type that the field must have, empty for an unknown field. Records that the field was seen.
  std::optional<FieldType> type_of(std::string_view name) {
    std::uint64_t bit = 1;
    for (const std::string_view id : catalogue_ids()) {
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

  // REQUIRES: `id` is one of catalogue_ids().
  bool has_value(std::string_view id) const {
    const auto ids = catalogue_ids();
    const auto index = std::find(ids.begin(), ids.end(), id) - ids.begin();
    return (with_value_ >> index & 1) != 0;
  }

  const EventFamily& family_;
  const std::string_view event_;
  const SubjectRule* const subject_rule_;
  const std::string_view subject_id_;
  EventErrors& errors_;
  std::uint64_t seen_ = 0;
  std::uint64_t with_value_ = 0;
  std::uint64_t bit_ = 0;  // of the field that was checked last
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
