#include "schema/catalogue.h"

#include <algorithm>
#include <functional>
#include <map>
#include <string>

#include "base/check.h"
#include "schema/channel.h"

namespace courtside {
namespace {

using Name = std::string_view;

constexpr Name kIds[] = {"slotId",         "holdId",   "venueId",  "accountId",  "bookingId",
                         "paymentId",      "refundId", "roomId",   "messageId",  "senderId",
                         "notificationId", "replyTo",  "ticketId", "assigneeId", "sessionId"};

constexpr EventRule kSlotEvents[] = {
    {"held", "a hold on the slot began"},
    {"hold_released", "the hold was given up"},
    {"hold_expired", "the hold ran out of time"},
    {"booked", "the slot was booked"},
    {"released", "the booking of the slot ended: the slot is free again"},
    {"price_changed", "the price of the slot changed"},
    {"maintenance_started", "the slot cannot be booked because of maintenance"},
    {"maintenance_ended", "maintenance of the slot ended"}};
constexpr EventRule kBookingEvents[] = {
    {"created", "a booking was made; it is pending"},
    {"confirmed", "the booking was confirmed"},
    {"rejected", "the booking was rejected"},
    {"expired", "the booking was not confirmed in time"},
    {"rescheduled", "the booking moved to other times"},
    {"amended", "details of the booking changed"},
    {"cancelled", "the booking was cancelled"},
    {"checked_in", "the guest of the booking arrived"},
    {"completed", "the booking took place"},
    {"no_show_confirmed", "the guest of the booking did not come"},
    {"status_changed", "the booking has another status, in `status` or `to`"}};
constexpr EventRule kPaymentEvents[] = {
    {"authorized", "the amount was reserved"},
    {"captured", "the amount was taken"},
    {"failed", "the payment failed, with the reason in `code`"}};
constexpr EventRule kRefundEvents[] = {{"requested", "a refund was requested"},
                                       {"succeeded", "the amount was paid back"},
                                       {"failed", "the refund failed, with the reason in `code`"}};
constexpr EventRule kNotificationEvents[] = {
    {"created", "a notification for an account was made"},
    {"dispatched", "the notification was handed to a channel"},
    {"delivered", "the channel delivered the notification"},
    {"failed", "the channel did not deliver the notification"},
    {"seen", "the account saw the notification"},
    {"read", "the account read the notification"}};
constexpr EventRule kChatEvents[] = {
    {"room_opened", "a chat room was opened"},
    {"participant_added", "an account may read the room from now on"},
    {"participant_removed", "an account may no longer read the room"},
    {"message_posted", "a message was posted"},
    {"message_edited", "a message has another text"},
    {"message_deleted", "a message was deleted"},
    {"read_up_to", "a participant has read up to a message"}};
constexpr EventRule kTicketEvents[] = {
    {"opened", "a support ticket was opened"},
    {"assigned", "the ticket was assigned, or has no assignee any more"},
    {"replied", "the ticket got a reply"},
    {"status_changed", "the ticket has another status"},
    {"closed", "the ticket was closed"}};
constexpr EventRule kVenueEvents[] = {{"updated", "details of the venue changed"},
                                      {"hours_changed", "the opening hours of the venue changed"},
                                      {"suspended", "the venue was suspended"},
                                      {"staff_added", "an account joined the staff of the venue"},
                                      {"staff_removed", "an account left the staff of the venue"}};
constexpr EventRule kAccountEvents[] = {{"role_changed", "the role of an account changed"}};
constexpr EventRule kSessionEvents[] = {
    {"revoked", "the tokens of an account are refused from now on"}};
constexpr EventRule kAuditEvents[] = {{"queried", "somebody read data of others"},
                                      {"exported", "somebody exported events"}};

// Money events are about the payment (or refund) or about its booking. Events about rights name the
// account by either of its two subject kinds.
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
// A booking's status is free text: unknown values are kept.
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

}  // namespace

std::span<const EventFamily> catalogue() { return kFamilies; }

std::span<const std::string_view> catalogue_ids() { return kIds; }

std::span<const std::string_view> notification_channels() { return kNotificationChannels; }

const EventFamily* find_family(std::string_view type) {
  const std::size_t dot = type.find('.');
  if (dot == std::string_view::npos) return nullptr;
  for (const EventFamily& family : kFamilies) {
    if (family.name != type.substr(0, dot)) continue;
    const auto is_it = [event = type.substr(dot + 1)](const EventRule& rule) {
      return rule.name == event;
    };
    return std::any_of(family.events.begin(), family.events.end(), is_it) ? &family : nullptr;
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

}  // namespace courtside
