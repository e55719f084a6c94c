#include "replay/state/slot_rules.h"

#include <string>

#include "base/check.h"

namespace courtside {
namespace {

using Name = std::string_view;

// Members of one hold or booking, which the next one must not inherit.
constexpr Name kOfItsOwn[] = {"holder", "holdId", "expiresAt", "bookingId"};

bool is_status(const StateObject& slot, Name status) {
  return slot.get(member_path("status")) == json_token(status);
}

// The account and ids that an event names.
struct Named {
  explicit Named(StateData& data)
      : account(data.take_text("accountId")),
        hold(data.take_text("holdId")),
        booking(data.take_text("bookingId")) {}

  const std::string account;
  const std::string hold;
  const std::string booking;
};

// True when both are the same hold or booking: the ids decide if both have one, then the accounts
// if both have one; otherwise nothing contradicts.
bool is_same(Name known_id, Name named_id, Name known_account, Name named_account) {
  if (!known_id.empty() && !named_id.empty()) return known_id == named_id;
  return known_account.empty() || named_account.empty() || known_account == named_account;
}

bool is_its_hold(const StateObject& slot, const Named& named) {
  return is_status(slot, "held") && is_same(slot.get(member_path("holdId")), named.hold,
                                            slot.get(member_path("holder")), named.account);
}

bool is_its_booking(const StateObject& slot, const Named& named) {
  return is_status(slot, "booked") && is_same(slot.get(member_path("bookingId")), named.booking,
                                              slot.get(member_path("holder")), named.account);
}

void set(StateObject& slot, Name name, const std::string& token) {
  if (!token.empty()) slot.set(member_path(name), token);
}

void begin(StateObject& slot, Name status, const Named& named) {
  for (const Name gone : kOfItsOwn) slot.erase(member_path(gone));
  slot.set_own(member_path("status"), json_token(status));
  set(slot, "holder", named.account);
  set(slot, "bookingId", named.booking);
}

}  // namespace

SlotStep slot_step(const StateObject& slot, Name event, StateData data) {
  const Named named(data);
  const bool is_unknown = slot.get(member_path("status")).empty();
  const auto frees = [is_unknown](bool ends_it) {
    return ends_it || is_unknown ? SlotStep::kFree : SlotStep::kNone;
  };
  if (event == "held") return SlotStep::kHold;
  if (event == "booked") {
    const bool is_once_more = is_status(slot, "booked") && !named.booking.empty() &&
                              slot.get(member_path("bookingId")) == named.booking;
    return is_once_more || is_its_hold(slot, named) ? SlotStep::kConfirm : SlotStep::kBook;
  }
  if (event == "hold_released" || event == "hold_expired") return frees(is_its_hold(slot, named));
  if (event == "released") return frees(is_its_booking(slot, named));
  if (event == "maintenance_started") return SlotStep::kMaintenance;
  if (event == "maintenance_ended") return frees(is_status(slot, "maintenance"));
  return SlotStep::kNote;
}

void apply_slot_step(StateObject& slot, SlotStep step, StateData& data) {
  if (step == SlotStep::kNone) return data.clear();
  const Named named(data);
  const std::string expires(data.take("expiresAt"));
  switch (step) {
    case SlotStep::kNone: return;
    case SlotStep::kNote:
      if (slot.get(member_path("status")).empty())
        slot.set_own(member_path("status"), json_token("available"));
      return;
    case SlotStep::kHold:
      begin(slot, "held", named);
      set(slot, "holdId", named.hold);
      return set(slot, "expiresAt", expires == "null" ? std::string() : expires);
    case SlotStep::kBook: return begin(slot, "booked", named);
    case SlotStep::kConfirm:
      for (const Name gone : {"holdId", "expiresAt"}) slot.erase(member_path(gone));
      slot.set_own(member_path("status"), json_token("booked"));
      set(slot, "holder", named.account);
      return set(slot, "bookingId", named.booking);
    case SlotStep::kFree:
    case SlotStep::kMaintenance:
      for (const Name gone : kOfItsOwn) slot.erase(member_path(gone));
      return slot.set_own(member_path("status"),
                          json_token(step == SlotStep::kFree ? "available" : "maintenance"));
  }
}

void copy_slot(const StateObject& from, StateObject& to) {
  for (const Name name : {"status", "holder", "holdId", "bookingId"}) {
    const std::string value(from.get(member_path(name)));
    if (!value.empty()) to.set_own(member_path(name), value);
  }
}

}  // namespace courtside
