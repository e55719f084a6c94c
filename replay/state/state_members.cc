#include "replay/state/state_members.h"

#include <algorithm>
#include <span>

namespace courtside {
namespace {

// Members that the rules set; they are not fields of the data.
struct OwnMember {
  std::string_view name;
  StateShape shape = StateShape::kJson;
};

constexpr OwnMember kOfAll[] = {{"version"},
                                {"lastType"},
                                {"data"},
                                {"data_base64"},
                                {"fields", StateShape::kObject},
                                {"omitted", StateShape::kSet},
                                {"omittedMore"}};
constexpr OwnMember kOfBooking[] = {{"status"},
                                    {"created"},
                                    {"confirmed"},
                                    {"rejected"},
                                    {"expired"},
                                    {"rescheduled"},
                                    {"amended"},
                                    {"cancelled"},
                                    {"checkedIn"},
                                    {"completed"},
                                    {"noShowConfirmed"},
                                    {"statusChanged"},
                                    {"payments", StateShape::kObjects},
                                    {"refunds", StateShape::kObjects}};
constexpr OwnMember kOfSlot[] = {{"status"}, {"holder"}, {"holdId"}, {"expiresAt"}, {"bookingId"}};
constexpr OwnMember kOfPayment[] = {
    {"status"}, {"authorized"}, {"captured"}, {"failed"}, {"refunds", StateShape::kObjects}};
constexpr OwnMember kOfRefund[] = {{"status"}, {"requested"}, {"succeeded"}, {"failed"}};
constexpr OwnMember kOfNotification[] = {
    {"created"}, {"seen"}, {"read"}, {"deliveries", StateShape::kList}};
constexpr OwnMember kOfChat[] = {{"opened"},
                                 {"count"},
                                 {"participants", StateShape::kSet},
                                 {"readUpTo", StateShape::kObject},
                                 {"lastMessage", StateShape::kObject}};
constexpr OwnMember kOfTicket[] = {{"status"}, {"opener"}, {"assignee"}, {"opened"}, {"closed"}};

struct KindMembers {
  std::string_view kind;
  std::span<const OwnMember> members;
};
constexpr KindMembers kKinds[] = {{"booking", kOfBooking}, {"slot", kOfSlot},
                                  {"payment", kOfPayment}, {"refund", kOfRefund},
                                  {"chat", kOfChat},       {"notification", kOfNotification},
                                  {"ticket", kOfTicket}};

const OwnMember* find_own(std::string_view kind, std::string_view token) {
  const std::string_view name = token.substr(1, token.size() - 2);
  const auto among = [name](std::span<const OwnMember> members) -> const OwnMember* {
    const auto found = std::find_if(members.begin(), members.end(),
                                    [name](const OwnMember& own) { return own.name == name; });
    return found == members.end() ? nullptr : &*found;
  };
  if (const OwnMember* own = among(kOfAll)) return own;
  for (const KindMembers& each : kKinds) {
    if (each.kind == kind) return among(each.members);
  }
  return nullptr;
}

}  // namespace

bool is_own_member(std::string_view kind, std::string_view name) {
  return find_own(kind, name) != nullptr;
}

StateShape state_shape(std::string_view kind, std::string_view name) {
  const OwnMember* own = find_own(kind, name);
  return own == nullptr ? StateShape::kJson : own->shape;
}

StateShape memory_shape(std::string_view /*kind*/, std::string_view name) {
  return name == "\"deleted\"" ? StateShape::kObject : StateShape::kJson;
}

}  // namespace courtside
