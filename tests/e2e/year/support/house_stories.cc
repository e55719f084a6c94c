// Stories around the bookings: support, closed courts, prices, staff, and rare events.
#include <algorithm>

#include "tests/e2e/year/support/year_world.h"

namespace courtside::e2e {
namespace {

using Status = YearSlot::Status;

struct Case {
  std::string account;
  Actor agent;
  std::string ticket;
  std::string room;
  std::string correlation;

  std::vector<std::string> participants() const { return {"user:" + account, "user:" + agent.id}; }
  Fields ticket_fields() const {
    Fields data;
    data.text("ticketId", ticket).text("accountId", account);
    return data;
  }
};

// Reading another account's history leaves an audit event.
void look_up(YearWorld& world, const Case& is) {
  const std::string subject = world.new_id("audit:");
  Fields data;
  data.text("by", is.agent.id)
      .raw("filter", "{\"channels\":[\"user:" + is.account + "\"],\"types\":[\"notification.*\"]}")
      .raw("rows", std::to_string(world.pick(30)));
  world.write(world.chance(90) ? "audit.queried" : "audit.exported", subject, data, {is.agent});
}

void post(YearWorld& world, const Case& is, int left) {
  const std::string message = world.new_id("m_");
  const Actor sender = world.chance(50) ? user_actor(is.account) : is.agent;
  const auto write = [=, &world](const char* type, const char* body) {
    Fields data;
    data.text("roomId", is.room).text("messageId", message).text("senderId", sender.id);
    if (body != nullptr) data.text("body", body);
    return world.write(type, "chat:" + is.room, data, {sender, is.correlation}, is.participants());
  };
  write("chat.message_posted",
        world.chance(50) ? "I never got the confirmation" : "=SUM(A1)\nlet me look");
  const std::size_t fate = world.pick(100);
  if (fate < 20)
    world.after(world.between(kSecond, kMinute),
                [=] { write("chat.message_edited", "I \"never\" got it"); });
  if (fate >= 20 && fate < 28)
    world.after(world.between(kSecond, kMinute), [=] { write("chat.message_deleted", nullptr); });
  if (fate > 60) world.after(kMinute, [=] { write("chat.read_up_to", nullptr); });
  if (left > 0)
    world.after(world.between(2 * kMinute, 20 * kMinute),
                [=, &world] { post(world, is, left - 1); });
}

void close(YearWorld& world, const Case& is) {
  const Pen pen{is.agent, is.correlation};
  world.write("ticket.replied", "ticket:" + is.ticket,
              is.ticket_fields().text("body", "Sent again."), pen);
  if (world.chance(15)) {
    world.write("ticket.status_changed", "ticket:" + is.ticket,
                is.ticket_fields().text("status", "PARKED-2"), pen);
  }
  world.write("ticket.closed", "ticket:" + is.ticket, is.ticket_fields(), pen);
  Fields data;
  data.text("roomId", is.room).text("accountId", is.agent.id);
  world.write("chat.participant_removed", "chat:" + is.room, data, pen, is.participants());
}

}  // namespace

void tell_support(YearWorld& world) {
  const Case is{.account = world.any_user(),
                .agent = care_actor("care_" + std::to_string(world.pick(5))),
                .ticket = world.new_id("t_"),
                .room = world.new_id("room_"),
                .correlation = world.new_id("k_")};
  Fields opened = is.ticket_fields();
  opened.text("category", "BOOKING").text("priority", world.chance(20) ? "HIGH" : "NORMAL");
  const std::string cause = world.write("ticket.opened", "ticket:" + is.ticket, opened,
                                        {user_actor(is.account), is.correlation});
  world.after(world.between(kMinute, kHour), [=, &world] {
    const Pen pen{is.agent, is.correlation, cause};
    world.write("ticket.assigned", "ticket:" + is.ticket,
                is.ticket_fields().text("assigneeId", is.agent.id), pen);
    look_up(world, is);
    Fields room;
    room.text("roomId", is.room)
        .text("kind", "support")
        .text("ticketId", is.ticket)
        .raw("participants", "[\"" + is.account + "\",\"" + is.agent.id + "\"]");
    world.write("chat.room_opened", "chat:" + is.room, room, pen, is.participants());
    post(world, is, static_cast<int>(1 + world.pick(5)));
    world.after(world.between(2 * kHour, kDay), [=, &world] { close(world, is); });
  });
}

void tell_maintenance(YearWorld& world) {
  const std::size_t venue = world.any_venue();
  const std::string slot = world.any_slot(venue);
  if (world.slot(slot).status != Status::kAvailable) return;
  world.slot(slot).status = Status::kMaintenance;
  const Pen pen{world.venues[venue].owner, world.new_id("k_")};
  world.write("slot.maintenance_started", "slot:" + slot, world.slot_fields(slot), pen);
  world.after(world.between(kHour, 2 * kDay), [=, &world] {
    world.slot(slot).status = Status::kAvailable;
    world.write("slot.maintenance_ended", "slot:" + slot, world.slot_fields(slot), pen);
  });
}

void tell_price_change(YearWorld& world) {
  const std::size_t venue = world.any_venue();
  const std::string slot = world.any_slot(venue);
  world.slot(slot).price_minor = static_cast<std::int64_t>(250 + 50 * world.pick(30)) * 100;
  Fields data = world.slot_fields(slot);
  data.money("price", world.slot(slot).price_minor);
  world.write("slot.price_changed", "slot:" + slot, data,
              {world.venues[venue].owner, world.new_id("k_")});
}

void tell_staff_change(YearWorld& world, std::size_t venue) {
  YearVenue& is = world.venues[venue];
  const Pen pen{is.owner, world.new_id("k_")};
  const auto write = [&](const char* type, const std::string& account) {
    Fields data;
    data.text("venueId", is.id)
        .text("accountId", account)
        .text("by", is.owner.id)
        .text("role", "BOOKING_MANAGER");
    world.write(type, "venue:" + is.id, data, pen);
  };
  if (is.staff.size() >= 2) {
    const std::size_t leaver = world.pick(is.staff.size());
    write("venue.staff_removed", is.staff[leaver]);
    is.staff.erase(is.staff.begin() + static_cast<std::ptrdiff_t>(leaver));
  }
  const std::string joiner = world.any_staff();
  if (std::find(is.staff.begin(), is.staff.end(), joiner) != is.staff.end()) return;
  write("venue.staff_added", joiner);
  is.staff.push_back(joiner);
}

namespace {

// An account that holds one court after another and pays for none.
void hoard(YearWorld& world, const std::string& account, std::size_t left) {
  const std::size_t venue = world.any_venue();
  const std::string slot = world.any_slot(venue);
  if (world.slot(slot).status == Status::kAvailable) {
    world.slot(slot).status = Status::kHeld;
    const std::string correlation = world.new_id("k_");
    Fields data = world.slot_fields(slot);
    data.text("accountId", account).text("holdId", world.new_id("h_"));
    data.time("expiresAt", world.now() + 15 * kMinute).money("price", world.slot(slot).price_minor);
    const std::string held =
        world.write("slot.held", "slot:" + slot, data, {user_actor(account), correlation});
    world.after(15 * kMinute, [=, &world] {
      world.slot(slot).status = Status::kAvailable;
      Fields expired = world.slot_fields(slot);
      world.write("slot.hold_expired", "slot:" + slot, expired.text("accountId", account),
                  {system_actor(), correlation, held});
    });
  }
  if (left > 0) {
    world.after(world.between(kMinute, 8 * kMinute),
                [=, &world] { hoard(world, account, left - 1); });
  }
}

}  // namespace

void tell_odd_things(YearWorld& world) {
  const std::string account = world.any_user();
  if (world.chance(20)) return hoard(world, account, 3 + world.pick(6));
  const YearVenue& venue = world.venues[world.any_venue()];
  const Pen owner{venue.owner, world.new_id("k_")};
  Fields data;
  switch (world.pick(5)) {
    case 0:
      world.write("loyalty.points_added", "loyalty:" + account,
                  data.text("accountId", account).raw("points", "1e400"), {system_actor()});
      return;
    case 1:
      world.write("tournament.bracket.drawn", "tournament:" + world.new_id("x_"),
                  data.text("venueId", venue.id).raw("rounds", "[[1,2],[3,4],[]]"), owner);
      return;
    case 2:
      world.write("session.revoked", "account:" + account, data.text("accountId", account),
                  {system_actor()});
      return;
    case 3:
      world.write("venue.hours_changed", "venue:" + venue.id,
                  data.text("venueId", venue.id)
                      .text("by", venue.owner.id)
                      .raw("changed", "{\"opens\":\"06:00\"}"),
                  owner);
      return;
    default:
      world.write("venue.updated", "venue:" + venue.id,
                  data.text("venueId", venue.id)
                      .text("by", venue.owner.id)
                      .raw("changed", "{\"name\":\"\\u0041\"}"),
                  owner);
  }
}

}  // namespace courtside::e2e
