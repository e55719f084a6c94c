// The story of a booking: held, made, paid, and its later changes.
#include <memory>

#include "tests/e2e/year/support/year_world.h"

namespace courtside::e2e {
namespace {

using Status = YearSlot::Status;

class BookingStory : public std::enable_shared_from_this<BookingStory> {
 public:
  BookingStory(YearWorld& world, std::size_t venue, std::string slot)
      : world_(world),
        venue_(venue),
        slot_(std::move(slot)),
        account_(world.any_user()),
        correlation_(world.new_id("k_")) {}

  void begin();

 private:
  using Step = void (BookingStory::*)();
  void then(Micros delay, Step step) {
    world_.after(delay, [self = shared_from_this(), step] { (self.get()->*step)(); });
  }
  void then(Micros low, Micros high, Step step) { then(world_.between(low, high), step); }

  void expire_hold();
  void release_hold();
  void book();
  void pay();
  void fail_payment();
  void confirm();
  void remind();
  void cancel();
  void refund();
  void settle_refund();
  void reschedule();
  void amend();
  void puzzle();
  void play();
  void complete();
  void miss();

  Actor user() const { return user_actor(account_); }
  // A staff member of the venue, or its owner if it has none.
  Actor staff() {
    const YearVenue& venue = world_.venues[venue_];
    if (venue.staff.empty()) return venue.owner;
    return staff_actor(venue.staff[world_.pick(venue.staff.size())]);
  }
  Pen pen(const Actor& actor) const { return {actor, correlation_, last_}; }

  void slot_event(std::string_view type, const Actor& actor, bool holds, bool with_account = true);
  void booking_event(std::string_view type, const Actor& actor, const Fields& more = {});
  void money_event(std::string_view type, const Actor& actor, const char* failure = nullptr);
  void notify(const char* kind) {
    tell_notice(world_, {account_, booking_, kind, correlation_, last_});
  }
  void free_slot(const Actor& actor);

  YearWorld& world_;
  const std::size_t venue_;
  std::string slot_;
  const std::string account_;
  std::string correlation_;
  std::string hold_ = {};
  std::string booking_ = {};
  std::string payment_ = {};
  std::string refund_ = {};
  std::int64_t amount_ = 0;
  std::string last_ = {};  // the last event; it causes the next one
  bool over_ = false;
};

void BookingStory::slot_event(std::string_view type, const Actor& actor, bool holds,
                              bool with_account) {
  Fields data = world_.slot_fields(slot_);
  if (with_account) data.text("accountId", account_);
  if (holds) {
    data.text("holdId", hold_).time("expiresAt", world_.now() + 15 * kMinute);
    data.money("price", world_.slot(slot_).price_minor);
  }
  last_ = world_.write(type, "slot:" + slot_, data, pen(actor));
}

void BookingStory::booking_event(std::string_view type, const Actor& actor, const Fields& more) {
  Fields data = more;
  const YearSlot& slot = world_.slot(slot_);
  data.text("bookingId", booking_)
      .text("venueId", world_.venues[venue_].id)
      .text("accountId", account_)
      .text("slotId", slot_)
      .time("start", slot.start)
      .time("end", slot.start + kHour)
      .money("amount", amount_);
  last_ = world_.write(type, "booking:" + booking_, data, pen(actor));
}

void BookingStory::money_event(std::string_view type, const Actor& actor, const char* failure) {
  const bool is_refund = type.substr(0, 6) == "refund";
  Fields data;
  data.text("paymentId", payment_);
  if (is_refund) data.text("refundId", refund_);
  data.text("bookingId", booking_)
      .text("venueId", world_.venues[venue_].id)
      .text("accountId", account_)
      .money("amount", amount_)
      .text("method", amount_ % 3 == 0 ? "CARD" : "UPI");
  if (failure != nullptr) data.text("code", failure);
  last_ =
      world_.write(type, is_refund ? "refund:" + refund_ : "payment:" + payment_, data, pen(actor));
}

void BookingStory::begin() {
  YearSlot& slot = world_.slot(slot_);
  slot.status = Status::kHeld;
  amount_ = slot.price_minor;
  hold_ = world_.new_id("h_");
  slot_event("slot.held", user(), true);
  const std::size_t fate = world_.pick(100);
  if (fate < 20) return then(15 * kMinute, &BookingStory::expire_hold);
  if (fate < 28) return then(kMinute, 10 * kMinute, &BookingStory::release_hold);
  then(kMinute, 8 * kMinute, &BookingStory::book);
}

void BookingStory::expire_hold() {
  world_.slot(slot_).status = Status::kAvailable;
  slot_event("slot.hold_expired", system_actor(), false);
}

void BookingStory::release_hold() {
  world_.slot(slot_).status = Status::kAvailable;
  slot_event("slot.hold_released", user(), false);
}

void BookingStory::book() {
  booking_ = world_.new_id("b_");
  payment_ = world_.new_id("p_");
  amount_ = world_.slot(slot_).price_minor;
  booking_event("booking.created", user());
  if (world_.chance(10)) return then(5 * kSecond, &BookingStory::fail_payment);
  then(5 * kSecond, 20 * kSecond, &BookingStory::pay);
}

void BookingStory::fail_payment() {
  money_event("payment.failed", system_actor(), "INSUFFICIENT_FUNDS");
  if (world_.chance(70)) return then(kMinute, 3 * kMinute, &BookingStory::pay);
  booking_event("booking.expired", system_actor());
  expire_hold();
  notify("booking_expired");
}

void BookingStory::pay() {
  money_event("payment.authorized", system_actor());
  money_event("payment.captured", system_actor());
  then(kSecond, 5 * kSecond, &BookingStory::confirm);
}

void BookingStory::confirm() {
  world_.slot(slot_).status = Status::kBooked;
  booking_event("booking.confirmed", world_.chance(80) ? system_actor() : staff());
  const std::string confirmed = last_;
  slot_event("slot.booked", system_actor(), false);
  last_ = confirmed;
  notify("booking_confirmed");
  const Micros left = world_.slot(slot_).start - world_.now();
  then(left - 2 * kHour, &BookingStory::remind);
  const std::size_t fate = world_.pick(100);
  if (fate < 22) return then(kMinute, left - 3 * kHour, &BookingStory::cancel);
  if (fate < 30) then(kMinute, left / 2, &BookingStory::reschedule);
  if (fate >= 30 && fate < 35) then(kMinute, left / 2, &BookingStory::amend);
  if (fate >= 35 && fate < 39) then(kMinute, left / 2, &BookingStory::puzzle);
  then(left, fate < 96 ? &BookingStory::play : &BookingStory::miss);
}

void BookingStory::remind() {
  if (!over_) notify("booking_reminder");
}

void BookingStory::free_slot(const Actor& actor) {
  world_.slot(slot_).status = Status::kAvailable;
  slot_event("slot.released", actor, false);
}

void BookingStory::cancel() {
  over_ = true;
  correlation_ = world_.new_id("k_");
  last_.clear();
  const std::size_t who = world_.pick(100);
  const Actor actor = who < 60   ? user()
                      : who < 90 ? staff()
                                 : Actor{"bookings_admin", "ADMIN", "BMSP_BOOKINGS_ADMIN"};
  Fields more;
  more.text("by", actor.id).text("reasonCode", who < 60 ? "CHANGED_MIND" : "COURT_CLOSED");
  booking_event("booking.cancelled", actor, more);
  const std::string cancelled = last_;
  free_slot(actor);
  last_ = cancelled;
  notify("booking_cancelled");
  if (world_.chance(70)) then(kSecond, kMinute, &BookingStory::refund);
}

void BookingStory::refund() {
  refund_ = world_.new_id("r_");
  money_event("refund.requested", system_actor());
  if (world_.chance(85)) then(kHour, 5 * kDay, &BookingStory::settle_refund);
}

void BookingStory::settle_refund() {
  if (world_.chance(90)) {
    money_event("refund.succeeded", system_actor());
    return notify("refund_paid");
  }
  money_event("refund.failed", system_actor(), "ACCOUNT_CLOSED");
}

void BookingStory::reschedule() {
  const std::string other = world_.any_slot(venue_);
  if (world_.slot(other).status != Status::kAvailable) return;
  const Actor actor = world_.chance(50) ? user() : staff();
  Fields more;
  more.text("from", slot_).text("to", other).text("by", actor.id);
  free_slot(actor);
  slot_ = other;
  world_.slot(slot_).status = Status::kBooked;
  booking_event("booking.rescheduled", actor, more);
  slot_event("slot.booked", actor, false);
}

void BookingStory::amend() {
  const Actor actor = staff();
  booking_event("booking.amended", actor,
                Fields().text("note", "brings \"own\" rackets, \u20b9").text("by", actor.id));
}

void BookingStory::puzzle() {
  constexpr const char* kStatuses[] = {"AWAITING_UMPIRE", "DISPUTED", "on hold (rain)", "PLAYING"};
  booking_event("booking.status_changed", staff(),
                Fields().text("status", kStatuses[world_.pick(4)]));
}

void BookingStory::play() {
  over_ = true;
  booking_event("booking.checked_in", staff());
  then(kHour, &BookingStory::complete);
}

void BookingStory::complete() { booking_event("booking.completed", system_actor()); }

void BookingStory::miss() {
  over_ = true;
  booking_event("booking.no_show_confirmed", staff());
}

}  // namespace

void tell_booking(YearWorld& world) {
  const std::size_t venue = world.any_venue();
  for (int attempt = 0; attempt < 4; ++attempt) {
    const std::string slot = world.any_slot(venue);
    if (world.slot(slot).status != Status::kAvailable) continue;
    return std::make_shared<BookingStory>(world, venue, slot)->begin();
  }
}

}  // namespace courtside::e2e
