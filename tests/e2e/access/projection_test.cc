// Goal: a reader that may see only some fields of a channel sees the same fields over every
// interface: a venue's money only for staff with access to its financial reports, and of
// availability only the free slots and prices.
#include <gtest/gtest.h>

#include <functional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "tests/e2e/access/support/access_test.h"
#include "tests/e2e/support/sse_client.h"

namespace courtside::e2e {
namespace {

using Names = std::set<std::string>;

Names names_of(const Json& object) {
  Names names;
  for (const auto& [name, value] : object.members()) names.insert(name);
  return names;
}

struct ProjectionAtTheDoors : AccessTest {
  // The event, read once over each interface of the channel; it is published while the caller
  // listens.
  std::vector<std::pair<std::string, Json>> through_every_endpoint(const std::string& token,
                                                                   const std::string& channel,
                                                                   const Draft& draft) {
    const std::string before = head().text();
    const std::string target = "/v1/events?channel=" + percent_encoded(channel);
    Session live = session(token);
    live.subscribe({.channels = {channel}});
    live.expect("live");
    SseClient live_stream(port(), target, "", bearer(token));
    const std::string position = append_one(backend, draft);

    std::vector<std::pair<std::string, Json>> seen;
    seen.emplace_back("live", live.expect_event().event);
    seen.emplace_back("live SSE", Json::parse(live_stream.next_event().data));
    Session replay = session(token);
    replay.subscribe({.channels = {channel}, .from = after(before)});
    seen.emplace_back("replay", replay.expect_event().event);
    Session some = session(token);
    some.subscribe({.channels = {channel},
                    .from = after(before),
                    .more = R"(,"fields":["subject","actorid","correlationid","data"])"});
    seen.emplace_back("fields", some.expect_event().event);
    SseClient stream(port(), target, before, bearer(token));
    seen.emplace_back("SSE", Json::parse(stream.next_event().data));
    HttpClient http(port(), bearer(token));
    const std::string page = target + "&after=" + percent_encoded(before);
    seen.emplace_back("page", http.get(page, "application/json").json()["events"].at(0));
    const HttpResponse single = http.get("/v1/events/" + position);
    seen.emplace_back("single event", single.json());
    return seen;
  }

  void expect_data(const std::string& account, const std::string& channel, const Draft& draft,
                   const Names& data) {
    SCOPED_TRACE(account);
    const std::string token = account.empty() ? "" : platform.token(account);
    for (const auto& [endpoint, event] : through_every_endpoint(token, channel, draft)) {
      EXPECT_EQ(names_of(event["data"]), data) << endpoint;
    }
  }
};

// Staff may read it only through the venue's channel, not through the booking's.
Draft payment(const std::string& id) {
  return {.id = id,
          .type = "refund.requested",
          .subject = "refund:r_1",
          .data = R"({"refundId":"r_1","paymentId":"p_1","bookingId":"b_1","venueId":"venue-1",)"
                  R"("amount":{"minor":45000,"currency":"INR"},"code":"late","method":"UPI",)"
                  R"("note":"kept"})"};
}

TEST_F(ProjectionAtTheDoors, AVenuesMoneyIsForThoseWhoKeepItsBooks) {
  const Names all = {"refundId", "paymentId", "bookingId", "venueId",
                     "amount",   "code",      "method",    "note"};
  const Names less = {"bookingId", "venueId", "note"};
  expect_data("account-OPERATIONS_MANAGER", "venue:venue-1", payment("1"), less);
  expect_data("account-BOOKING_MANAGER", "venue:venue-1", payment("2"), less);
  expect_data("account-VENUE_OWNER", "venue:venue-1", payment("3"), all);
  expect_data("account-ADDITIONAL_VENUE_MANAGER", "venue:venue-1", payment("4"), all);
  expect_data("account-BMSP_FINANCE_ADMIN", "venue:venue-1", payment("5"), all);
}

TEST_F(ProjectionAtTheDoors, TheNarrowViewHasNoWordOfWhatIsHidden) {
  const std::string token = platform.token("account-BOOKING_MANAGER");
  for (const auto& [endpoint, event] :
       through_every_endpoint(token, "venue:venue-1", payment("1"))) {
    for (const char* hidden : {"45000", "INR", "UPI", "late", "p_1", "r_1"}) {
      EXPECT_EQ(event.raw().find(hidden), std::string::npos) << endpoint << ": " << hidden;
    }
    EXPECT_EQ(event["subject"].text(), "refund:hidden") << endpoint;
  }
  for (const auto& [endpoint, event] : through_every_endpoint(platform.token("account-VENUE_OWNER"),
                                                              "venue:venue-1", payment("2"))) {
    EXPECT_EQ(event["subject"].text(), "refund:r_1") << endpoint;
  }
}

// The venue's staff may also read its bookings; the same fields are hidden there.
TEST_F(ProjectionAtTheDoors, TheVenueSeesItsBookingsWithoutMoneyToo) {
  const auto of_booking = [](const std::string& id) {
    Draft draft = payment(id);
    draft.data.replace(draft.data.find("b_1"), 3, "booking-1");
    return draft;
  };
  const Names all = {"refundId", "paymentId", "bookingId", "venueId",
                     "amount",   "code",      "method",    "note"};
  const Names less = {"bookingId", "venueId", "note"};
  const std::string channel = "booking:booking-1";
  expect_data("account-OPERATIONS_MANAGER", channel, of_booking("1"), less);
  expect_data("account-BOOKING_MANAGER", channel, of_booking("2"), less);
  expect_data("account-VENUE_OWNER", channel, of_booking("3"), all);
  expect_data("account-USER", channel, of_booking("4"), all);
  expect_data("account-BMSP_CUSTOMER_CARE", channel, of_booking("5"), all);
  expect_data("account-BMSP_SUPER_ADMIN", channel, of_booking("6"), all);
}

// Files, states and filters are interfaces, too.
TEST_F(ProjectionAtTheDoors, NoFormHasAWordOfWhatIsHidden) {
  Draft refund = payment("1");
  refund.data.replace(refund.data.find("b_1"), 3, "booking-1");
  Draft captured = refund;
  captured.id = "2";
  captured.type = "payment.captured";
  captured.subject = "booking:booking-1";
  append(backend, {refund, captured});
  HttpClient http(port(), bearer(platform.token("account-BOOKING_MANAGER")));
  for (const std::string& channel :
       std::vector<std::string>{"venue:venue-1", "booking:booking-1"}) {
    for (const std::string& target : std::vector<std::string>{
             "/v1/events?channel=" + channel, "/v1/events?subject=refund:r_1&channel=" + channel,
             "/v1/subjects/booking:booking-1?at=now&channel=" + channel,
             "/v1/subjects/booking:booking-1?at=now"}) {
      for (const char* form : {"application/json", "application/x-ndjson", "text/csv"}) {
        HttpResponse answer = http.get(target, form);
        EXPECT_EQ(answer.status, 200) << target;
        EXPECT_NE(answer.body.find("booking-1"), std::string::npos) << target;
        for (const char* hidden : {"45000", "INR", "UPI", "late", "p_1", "r_1"}) {
          EXPECT_EQ(answer.body.find(hidden), std::string::npos)
              << target << " " << form << ": " << hidden << " in " << answer.body;
        }
      }
    }
  }
}

TEST_F(ProjectionAtTheDoors, VenuesAreForThoseWhoLookAfterThem) {
  HttpClient http(port(), bearer(platform.token("account-BMSP_VENUES_ADMIN")));
  append_one(backend, {.id = "1",
                       .type = "venue.updated",
                       .subject = "venue:venue-1",
                       .data = R"({"venueId":"venue-1"})"});
  EXPECT_EQ(http.get("/v1/events?channel=ops:venues").json()["events"].size(), 1u);
}

TEST_F(ProjectionAtTheDoors, AvailabilityIsWhatIsFreeWhenAndForHowMuch) {
  const auto held = [](const std::string& id) {
    return Draft{
        .id = id,
        .type = "slot.held",
        .subject = "slot:s_1",
        .data =
            R"({"slotId":"s_1","venueId":"venue-1","start":"2026-11-01T10:00:00Z",)"
            R"("end":"2026-11-01T11:00:00Z","price":{"minor":1,"currency":"INR","vip":{"minor":0}},)"
            R"("status":"HELD","accountId":"account-USER","holdId":"h_1","note":"for Anna"})",
        .more = R"(,"actorid":"account-USER","actortype":"USER","actorrole":"USER",)"
                R"("correlationid":"c_1","causationid":"c_0")"};
  };
  const Names data = {"slotId", "venueId", "start", "end", "price", "status"};
  int round = 0;
  for (const char* account : {"", "account-other-USER", "account-OPERATIONS_MANAGER"}) {
    const std::string token = std::string(account).empty() ? "" : platform.token(account);
    for (const auto& [endpoint, event] :
         through_every_endpoint(token, "availability:venue-1", held(std::to_string(++round)))) {
      // When it reads a single event, the venue's staff also reaches it through the venue's
      // channel; the widest projection applies.
      if (endpoint == "single event" && account == std::string("account-OPERATIONS_MANAGER")) {
        EXPECT_TRUE(event["data"].has("accountId"));
        continue;
      }
      SCOPED_TRACE(endpoint + " for " + account);
      EXPECT_EQ(names_of(event["data"]), data);
      EXPECT_EQ(event["data"]["price"].raw(), R"({"minor":1,"currency":"INR"})");
      for (const char* hidden :
           {"actorid", "actortype", "actorrole", "correlationid", "causationid"}) {
        EXPECT_FALSE(event.has(hidden)) << hidden;
      }
      EXPECT_EQ(event.raw().find("account-USER"), std::string::npos);
    }
  }
}

// Whatever a producer nests under a listed name, and whatever the member is called.
TEST_F(ProjectionAtTheDoors, AvailabilityShowsNothingNestedThatItDoesNotList) {
  const Draft dotted = {.id = "dotted",
                        .type = "slot.price_changed",
                        .subject = "slot:s_1",
                        .data = R"({"slotId":"s_1","venueId":"venue-1",)"
                                R"("price.minor":{"vip":"SECRET"},"price.currency":["SECRET"]})"};
  // A type outside the catalogue: its fields were not checked.
  const Draft unknown = {.id = "unknown",
                         .type = "slot.blocked",
                         .subject = "slot:s_1",
                         .data = R"({"slotId":"s_1","venueId":"venue-1",)"
                                 R"("status":{"reason":"SECRET"},"start":{"by":"SECRET"},)"
                                 R"("end":["SECRET"],"price":{"minor":{"vip":"SECRET"}}})"};
  for (const Draft& draft : {dotted, unknown}) {
    for (const auto& [endpoint, event] :
         through_every_endpoint("", "availability:venue-1", draft)) {
      SCOPED_TRACE(endpoint + " of " + draft.type);
      EXPECT_EQ(event["data"]["slotId"].text(), "s_1");
      EXPECT_EQ(event.raw().find("SECRET"), std::string::npos) << event.raw();
    }
  }
  HttpClient anyone(port());
  const HttpResponse state =
      anyone.get("/v1/subjects/slot:s_1?at=now&channel=availability:venue-1");
  EXPECT_EQ(state.status, 200);
  EXPECT_EQ(state.body.find("SECRET"), std::string::npos) << state.body;
}

TEST_F(ProjectionAtTheDoors, MoneyIsHiddenWhereverItStands) {
  const Draft created = {.id = "1",
                         .type = "booking.created",
                         .subject = "booking:booking-1",
                         .data = R"({"bookingId":"booking-1","venueId":"venue-1",)"
                                 R"("payment":{"amount":{"minor":45000},"method":"UPI","at":1},)"
                                 R"("payments":[{"paymentId":"p_1","amount":45000,"at":2}]})"};
  const std::string token = platform.token("account-BOOKING_MANAGER");
  for (const auto& [endpoint, event] : through_every_endpoint(token, "venue:venue-1", created)) {
    SCOPED_TRACE(endpoint);
    EXPECT_EQ(event["data"]["payment"].raw(), R"({"at":1})");
    EXPECT_EQ(event["data"]["payments"].raw(), R"([{"at":2}])");
  }
  HttpClient http(port(), bearer(token));
  for (const char* target : {"/v1/subjects/booking:booking-1?at=now&channel=venue:venue-1",
                             "/v1/subjects/booking:booking-1?at=now"}) {
    const HttpResponse state = http.get(target);
    EXPECT_EQ(state.status, 200);
    for (const char* hidden : {"45000", "UPI", "p_1"}) {
      EXPECT_EQ(state.body.find(hidden), std::string::npos) << target << ": " << state.body;
    }
  }
}

}  // namespace
}  // namespace courtside::e2e
