// Goal: who may read a channel but not all of its fields is shown the same part of it through every
// door: a venue's money only to those who keep its books, of availability only what is free when.
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
  // The event, once through each door of the channel; it is published while the caller listens.
  std::vector<std::pair<std::string, Json>> through_every_door(const std::string& token,
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
    for (const auto& [door, event] : through_every_door(token, channel, draft)) {
      EXPECT_EQ(names_of(event["data"]), data) << door;
    }
  }
};

// Staff reads it through the venue alone: the booking is not theirs to read.
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
  for (const auto& [door, event] : through_every_door(token, "venue:venue-1", payment("1"))) {
    for (const char* hidden : {"45000", "INR", "UPI", "late", "p_1"}) {
      EXPECT_EQ(event["data"].raw().find(hidden), std::string::npos) << door << ": " << hidden;
    }
  }
}

TEST_F(ProjectionAtTheDoors, AvailabilityIsWhatIsFreeWhenAndForHowMuch) {
  const auto held = [](const std::string& id) {
    return Draft{
        .id = id,
        .type = "slot.held",
        .subject = "slot:s_1",
        .data = R"({"slotId":"s_1","venueId":"venue-1","start":"2026-11-01T10:00:00Z",)"
                R"("end":"2026-11-01T11:00:00Z","price":{"minor":1,"currency":"INR"},)"
                R"("status":"HELD","accountId":"account-USER","holdId":"h_1","note":"for Anna"})",
        .more = R"(,"actorid":"account-USER","actortype":"USER","actorrole":"USER",)"
                R"("correlationid":"c_1","causationid":"c_0")"};
  };
  const Names data = {"slotId", "venueId", "start", "end", "price", "status"};
  int round = 0;
  for (const char* account : {"", "account-other-USER", "account-OPERATIONS_MANAGER"}) {
    const std::string token = std::string(account).empty() ? "" : platform.token(account);
    for (const auto& [door, event] :
         through_every_door(token, "availability:venue-1", held(std::to_string(++round)))) {
      // By its position alone the one who works there reaches it through the venue's channel too,
      // and sees more: the widest view counts.
      if (door == "single event" && account == std::string("account-OPERATIONS_MANAGER")) {
        EXPECT_TRUE(event["data"].has("accountId"));
        continue;
      }
      SCOPED_TRACE(door + " for " + account);
      EXPECT_EQ(names_of(event["data"]), data);
      for (const char* hidden :
           {"actorid", "actortype", "actorrole", "correlationid", "causationid"}) {
        EXPECT_FALSE(event.has(hidden)) << hidden;
      }
      EXPECT_EQ(event.raw().find("account-USER"), std::string::npos);
    }
  }
}

}  // namespace
}  // namespace courtside::e2e
