// Goal: the questions of auditors and support about bookings, slots and money (PLATFORM.md,
// questions 1, 2, 5, 7, 8, 9, 13 and 14) are answered over HTTP, for callers with the right, as the
// generated year has it.
#include <map>
#include <set>

#include "tests/e2e/year/support/year_fixture.h"

namespace courtside::e2e {
namespace {

struct QuestionsOfBookings : YearTest {};

std::string booking_if(const YearEvent& event, std::string_view type) {
  return event.is(type) ? event.data.text_of("bookingId") : std::string();
}

std::int64_t minor(const Json& event, const char* field) {
  return event["data"][field]["minor"].number();
}

// {"minor":45000,...
std::int64_t minor(const YearEvent& event, const char* field) {
  return std::strtoll(std::string(event.data.find(field)).c_str() + 9, nullptr, 10);
}

TEST_F(QuestionsOfBookings, Q01EveryChangeOfABookingInOrderAndComplete) {
  for (const char* type : {"booking.rescheduled", "booking.cancelled", "booking.status_changed"}) {
    for (const std::string& id :
         some(3, [type](const YearEvent& e) { return booking_if(e, type); })) {
      SCOPED_TRACE(id);
      const std::string subject = "booking:" + id;
      const auto answered = answer(care(), "channel=" + subject + "&subject=" + subject);
      expect_same(answered, told([&](const YearEvent& e) { return e.subject == subject; }));
      std::int64_t version = 0;
      for (const Logged& each : answered) {
        EXPECT_EQ(each.event["subjectversion"].number(), ++version);
        EXPECT_FALSE(each.event["actorid"].text().empty());
        EXPECT_FALSE(each.event["actorrole"].text().empty());
        EXPECT_FALSE(each.event["correlationid"].text().empty());
      }
      const Json is = care().get("/v1/subjects/" + subject).json();
      EXPECT_EQ(is["version"].number(), version) << "the answer is not complete";
    }
  }
}

TEST_F(QuestionsOfBookings, Q02EverythingUnderACorrelationId) {
  const auto by_type = [](const char* type) {
    return [type](const YearEvent& e) { return e.is(type) ? e.correlation : std::string(); };
  };
  for (const char* type : {"booking.completed", "refund.succeeded", "ticket.closed"}) {
    for (const std::string& id : some(3, by_type(type))) {
      SCOPED_TRACE(id);
      EXPECT_GE(expect_same(answer(auditor(), "correlationid=" + id),
                            told([&](const YearEvent& e) { return e.correlation == id; })),
                3u);
    }
  }
}

TEST_F(QuestionsOfBookings, Q05WhoHeldBookedAndLostASlotBetweenTwoTimes) {
  // Slots that changed hands.
  const auto lost = [](const YearEvent& e) {
    const bool is = e.is("slot.hold_expired") || e.is("slot.released");
    return is ? e.data.text_of("venueId") + " " + e.data.text_of("slotId") : std::string();
  };
  for (const std::string& names : some(6, lost)) {
    SCOPED_TRACE(names);
    const std::string venue = names.substr(0, names.find(' '));
    const std::string subject = "slot:" + names.substr(names.find(' ') + 1);
    const auto all = told([&](const YearEvent& e) { return e.subject == subject; });
    // From the first event of interest (inclusive) to the last (exclusive).
    const Micros since = all.front().recorded, until = all.back().recorded;
    const auto answered =
        answer(care(), "channel=venue:" + venue + "&subject=" + subject +
                           "&since=" + rfc3339(since) + "&until=" + rfc3339(until));
    expect_same(answered, told([&](const YearEvent& e) {
                  return e.subject == subject && e.recorded >= since && e.recorded < until;
                }));
    for (const Logged& each : answered) {
      const std::string type = each.event["type"].text();
      if (type.find("held") == std::string::npos && type != "slot.booked") continue;
      EXPECT_FALSE(each.event["data"]["accountId"].text().empty());
    }
  }
}

struct Cancellations {
  int count = 0;
  std::int64_t due = 0, paid = 0;
  bool operator==(const Cancellations&) const = default;
};

TEST_F(QuestionsOfBookings, Q07AVenuesCancellationsInAMonthAndTheRefundsDueAndPaid) {
  const Micros since = kYearBegin + 60 * kDay, until = since + 31 * kDay;  // March
  const auto venue_of = [](const YearEvent& e) {
    return e.is("booking.cancelled") ? e.data.text_of("venueId") : std::string();
  };
  for (const std::string& venue : some(3, venue_of)) {
    SCOPED_TRACE(venue);
    const std::string in_the_month = "channel=venue:" + venue +
                                     "&type=booking.cancelled&since=" + rfc3339(since) +
                                     "&until=" + rfc3339(until);
    // Money comes later: all refund events of these bookings since then.
    const std::string since_then =
        "channel=venue:" + venue + "&type=refund.*&since=" + rfc3339(since);
    Cancellations by_answer, by_year;
    std::set<std::string> cancelled;
    for (const Logged& each : answer(finance(), in_the_month)) {
      cancelled.insert(each.event["data"]["bookingId"].text());
      ++by_answer.count;
    }
    for (const Logged& each : answer(finance(), since_then)) {
      if (cancelled.count(each.event["data"]["bookingId"].text()) == 0) continue;
      const std::string type = each.event["type"].text();
      if (type == "refund.requested") by_answer.due += minor(each.event, "amount");
      if (type == "refund.succeeded") by_answer.paid += minor(each.event, "amount");
    }
    std::set<std::string> cancelled_then;
    for (const YearEvent& e :
         told([&](const YearEvent& e) { return e.data.text_of("venueId") == venue; })) {
      const std::string booking = e.data.text_of("bookingId");
      if (e.is("booking.cancelled") && e.recorded >= since && e.recorded < until) {
        cancelled_then.insert(booking);
        ++by_year.count;
      }
      if (cancelled_then.count(booking) == 0) continue;
      if (e.is("refund.requested")) by_year.due += minor(e, "amount");
      if (e.is("refund.succeeded")) by_year.paid += minor(e, "amount");
    }
    EXPECT_EQ(by_answer, by_year);
    EXPECT_GT(by_answer.count, 0);
    EXPECT_LE(by_answer.paid, by_answer.due);
    // Staff without access to financial reports sees the cancellations but no money.
    for (const Logged& each : answer(care(), in_the_month)) {
      EXPECT_FALSE(each.event["data"].has("amount"));
    }
  }
}

TEST_F(QuestionsOfBookings, Q08ThePriceThatWasShownWhenItWasBooked) {
  for (const std::string& id :
       some(12, [](const YearEvent& e) { return booking_if(e, "booking.created"); })) {
    SCOPED_TRACE(id);
    const auto created = answer(care(), "channel=booking:" + id + "&type=booking.created");
    ASSERT_EQ(created.size(), 1u);
    const Json booking = created[0].event;
    const std::string slot = "slot:" + booking["data"]["slotId"].text();
    const std::string epoch = read_head_place(auditor()).epoch;
    const Json page =
        care()
            .get("/v1/events?channel=availability:" + booking["data"]["venueId"].text() +
                 "&subject=" + slot + "&order=desc&before=" + epoch + ":" +
                 std::to_string(created[0].offset))
            .json();
    std::int64_t shown = 0;
    for (const Json& event : page["events"].items()) {
      if (!event["data"].has("price")) continue;
      shown = minor(event, "price");
      break;
    }
    std::int64_t expected = 0;
    for (const YearEvent& e : told([&](const YearEvent& e) {
           return e.subject == slot && e.offset < created[0].offset && e.data.has("price");
         })) {
      expected = minor(e, "price");
    }
    EXPECT_EQ(shown, expected);
    EXPECT_EQ(shown, minor(booking, "amount")) << "what was shown is what was charged";
  }
}

TEST_F(QuestionsOfBookings, Q09TheMoneyTrailOfABooking) {
  for (const char* type : {"refund.requested", "refund.failed", "payment.failed"}) {
    for (const std::string& id :
         some(3, [type](const YearEvent& e) { return booking_if(e, type); })) {
      SCOPED_TRACE(id);
      expect_same(answer(care(), "channel=booking:" + id + "&type=payment.*&type=refund.*"),
                  told([&](const YearEvent& e) {
                    return (e.is_family("payment") || e.is_family("refund")) &&
                           e.data.text_of("bookingId") == id;
                  }));
    }
  }
}

// The slot's status after its last event.
std::string slot_status(const std::string& type) {
  if (type == "slot.held") return "held";
  if (type == "slot.booked") return "booked";
  if (type == "slot.maintenance_started") return "maintenance";
  return type == "slot.price_changed" ? "" : "available";
}

TEST_F(QuestionsOfBookings, Q13AVenuesCalendarAsItStoodAtATime) {
  for (const int day : {45, 200, 333}) {
    const Micros at = kYearBegin + day * kDay + 19 * kHour + 5 * kMinute;
    const std::string tomorrow = rfc3339_seconds(at + kDay).substr(0, 10);
    const std::string venue = "v_" + std::to_string(day % 3);
    std::map<std::string, std::string> calendar, expected;
    // A slot can be booked at most four days ahead.
    const auto answered = answer(care(), "channel=availability:" + venue + "&type=slot.*&since=" +
                                             rfc3339(at - 6 * kDay) + "&until=" + rfc3339(at));
    for (const Logged& each : answered) {
      const Json data = each.event["data"];
      const std::string status = slot_status(each.event["type"].text());
      if (data["start"].text().substr(0, 10) != tomorrow) continue;
      std::string& now = calendar[data["slotId"].text()];
      if (!status.empty()) now = status;
      EXPECT_FALSE(data.has("accountId"));
    }
    for (const YearEvent& e : told([&](const YearEvent& e) {
           return e.is_family("slot") && e.data.text_of("venueId") == venue && e.recorded < at;
         })) {
      if (e.data.text_of("start").substr(0, 10) != tomorrow) continue;
      std::string& now = expected[e.data.text_of("slotId")];
      if (!slot_status(e.type).empty()) now = slot_status(e.type);
    }
    EXPECT_EQ(calendar, expected);
    EXPECT_FALSE(calendar.empty());
    // The same with one call.
    const std::string midnight = tomorrow + "T00:00:00Z";
    const Json page =
        care()
            .get("/v1/venues/" + venue + "/calendar?limit=1000&at=" + rfc3339(at - 1) +
                 "&from=" + midnight + "&to=" + tomorrow + "T23:59:59Z")
            .json();
    EXPECT_TRUE(page["complete"].boolean());
    std::map<std::string, std::string> at_once;
    for (const Json& slot : page["slots"].items()) {
      at_once[slot["slotId"].text()] = slot["status"].text();
    }
    // A slot with only price events is reported as available.
    for (auto& [slot, status] : expected) status = status.empty() ? "available" : status;
    EXPECT_EQ(at_once, expected);
  }
}

constexpr int kTooMany = 2;

TEST_F(QuestionsOfBookings, Q14MoreThanSoManyHoldsWithoutPaymentPerAccountAndHour) {
  const Micros since = kYearBegin + 100 * kDay, until = since + 90 * kDay;
  struct Hold {
    std::string who, hour, correlation;
  };
  const auto too_many = [](const std::vector<Hold>& holds, const std::set<std::string>& paid) {
    std::map<std::string, int> counts;
    for (const Hold& hold : holds) {
      if (paid.count(hold.correlation) == 0) ++counts[hold.who + " " + hold.hour];
    }
    std::erase_if(counts, [](const auto& each) { return each.second <= kTooMany; });
    return counts;
  };
  std::vector<Hold> by_answer, by_year;
  std::set<std::string> paid_by_answer, paid_by_year;
  // A holder pays within the hour or not at all.
  for (const Logged& each :
       answer(auditor(), "type=slot.held&type=payment.captured&since=" + rfc3339(since) +
                             "&until=" + rfc3339(until + kHour))) {
    const std::string correlation = each.event["correlationid"].text();
    const std::string recorded = each.event["recordedtime"].text();
    if (each.event["type"].text() == "payment.captured") paid_by_answer.insert(correlation);
    if (each.event["type"].text() == "slot.held" && recorded < rfc3339(until)) {
      by_answer.push_back(
          {each.event["data"]["accountId"].text(), recorded.substr(0, 13), correlation});
    }
  }
  for (const YearEvent& e : told(
           [&](const YearEvent& e) { return e.recorded >= since && e.recorded < until + kHour; })) {
    if (e.is("payment.captured")) paid_by_year.insert(e.correlation);
    if (e.is("slot.held") && e.recorded < until) {
      by_year.push_back(
          {e.data.text_of("accountId"), rfc3339(e.recorded).substr(0, 13), e.correlation});
    }
  }
  const auto found = too_many(by_answer, paid_by_answer);
  EXPECT_EQ(found, too_many(by_year, paid_by_year));
  EXPECT_FALSE(found.empty());
}

}  // namespace
}  // namespace courtside::e2e
