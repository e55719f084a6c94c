// Goal: a row becomes the event that its producer meant, and an invalid row's error names
// everything that is wrong.
#include "engine/outbox/outbox_event.h"

#include <gtest/gtest.h>

#include "booking_row.h"

namespace courtside {
namespace {

constexpr Timestamp kNow{1'700'000'000'000'000};

std::string refusal(const OutboxRow& row) {
  const auto event = outbox_event(row, "/platform", kNow);
  if (event) return "taken";
  return std::string(info(event.error().code).name) + ": " + event.error().message;
}

std::string data_of(const OutboxRow& row) {
  const auto event = outbox_event(row, "/platform", kNow);
  return event ? std::string(EventView(event->event).data()) : event.error().message;
}

TEST(OutboxEvent, SaysWhatTheRowSays) {
  const auto made = outbox_event(booking_row(), "/platform", kNow);
  ASSERT_TRUE(made) << made.error().message;
  const EventFields fields = EventView(made->event).fields();
  EXPECT_EQ(fields.id, "e_1");
  EXPECT_EQ(fields.source, "/platform");
  EXPECT_EQ(fields.type, "booking.created");
  EXPECT_EQ(fields.subject, "booking:b_1");
  EXPECT_EQ(fields.time, "2026-11-23T10:00:00.123Z");
  EXPECT_EQ(fields.actorid, "7");
  EXPECT_EQ(fields.actortype, "ADMIN");
  EXPECT_EQ(fields.actorrole, "BMSP_ADMIN");
  EXPECT_EQ(fields.correlationid, "c_1");
  EXPECT_EQ(fields.causationid, "e_0");
  EXPECT_EQ(fields.datacontenttype, "application/json");
  ASSERT_EQ(fields.extensions.size(), 2u);
  EXPECT_EQ(fields.extensions[0].name, "aggregateversion");
  EXPECT_EQ(fields.extensions[0].value, "3");
  EXPECT_EQ(fields.extensions[1].name, "schemaversion");
  EXPECT_EQ(fields.extensions[1].value, "2");
  EXPECT_TRUE(made->channels.empty());
}

TEST(OutboxEvent, DataGetsTheIdsThatItLacksAndKeepsWhatItHas) {
  OutboxRow row = booking_row();
  EXPECT_EQ(data_of(row), R"({"bookingId": "b_1","accountId":"42","venueId":"v_1"})");
  row.payload = R"({"accountId":"other", "bookingId":"b_1","venueId":"v_2"})";
  EXPECT_EQ(data_of(row), row.payload);
  row.payload = R"({"note":"}","n":{"venueId":"x"},"bookingId":"b_1"})";
  row.account_id.clear();
  EXPECT_EQ(data_of(row), R"({"note":"}","n":{"venueId":"x"},"bookingId":"b_1","venueId":"v_1"})");
  row.payload.clear();
  EXPECT_EQ(data_of(row), R"({"venueId":"v_1","bookingId":"b_1"})");
  row.payload = "{ }";
  EXPECT_EQ(data_of(row), R"({ "venueId":"v_1","bookingId":"b_1"})");
}

TEST(OutboxEvent, AnIdThatIsNullOrEmptyIsAnIdThatIsNotThere) {
  OutboxRow row = booking_row();
  for (const char* none : {"null", "\"\""}) {
    const std::string n = none;
    row.payload =
        "{\"bookingId\":" + n + ",\"x\": 1,\"accountId\":" + n + ",\"venueId\": " + n + "}";
    EXPECT_EQ(data_of(row), R"({"x":1,"accountId":"42","venueId":"v_1","bookingId":"b_1"})");
  }
  // The columns have no value either: null stays, an empty string is removed.
  row.account_id.clear();
  row.venue_id.clear();
  row.payload = R"({"bookingId":"b_1","accountId":null,"venueId":""})";
  EXPECT_EQ(data_of(row), R"({"bookingId":"b_1","accountId":null})");
  row.payload = R"({"bookingId":"b_1","accountId":null})";
  EXPECT_EQ(data_of(row), row.payload);
  // A real value counts, wherever a null is.
  row.account_id = "42";
  row.booking_id.clear();
  row.type = "loyalty.points_earned";
  row.payload = R"({"accountId":null,"accountId":"7"})";
  EXPECT_EQ(data_of(row), row.payload);
}

TEST(OutboxEvent, TheAggregatesOwnIdIsThatOfItsColumn) {
  OutboxRow row = booking_row();
  row.booking_id.clear();
  row.payload = R"({"bookingId":null})";
  EXPECT_EQ(data_of(row), R"({"accountId":"42","venueId":"v_1","bookingId":"b_1"})");
  row = {.event_id = "e", .type = "slot.held", .aggregate_type = "slot", .aggregate_id = "s_1"};
  EXPECT_EQ(data_of(row), R"({"slotId":"s_1"})");
  row.payload = R"({"slotId":"s_2"})";
  EXPECT_NE(refusal(row).find("/data/slotId"), std::string::npos);
}

TEST(OutboxEvent, APayloadThatWasEncodedTwiceIsWhatItSays) {
  OutboxRow row = booking_row();
  row.payload = R"("{\"bookingId\":\"b_1\",\"accountId\":null,\"venueId\":\"v_1\"}")";
  EXPECT_EQ(data_of(row), R"({"bookingId":"b_1","venueId":"v_1","accountId":"42"})");
  row.payload = "null";
  EXPECT_EQ(data_of(row), R"({"accountId":"42","venueId":"v_1","bookingId":"b_1"})");
  row.type = "loyalty.points_earned";
  for (const char* text : {R"("42")", R"("[1]")", "7", "[1]"}) {
    row.payload = text;
    EXPECT_EQ(data_of(row), text);
  }
}

TEST(OutboxEvent, ANumberBeyond32BitsIsAText) {
  OutboxRow row = booking_row();
  const auto extensions = [&row] {
    const auto made = outbox_event(row, "/platform", kNow);
    if (!made) return made.error().message;
    std::string out;
    for (const Extension& each : EventView(made->event).fields().extensions) {
      out.append(each.name).append("=").append(each.value).append(" ");
    }
    return out;
  };
  row.aggregate_version = 2147483647;
  row.schema_version = 2147483648;
  EXPECT_EQ(extensions(), R"(aggregateversion=2147483647 schemaversion="2147483648" )");
  row.aggregate_version = 9223372036854775807;
  EXPECT_EQ(extensions(), R"(aggregateversion="9223372036854775807" schemaversion="2147483648" )");
}

TEST(OutboxEvent, WithoutATimeItIsNow) {
  OutboxRow row = booking_row();
  row.occurred_at.clear();
  const auto made = outbox_event(row, "/platform", kNow);
  EXPECT_EQ(EventView(made->event).time(), "2023-11-14T22:13:20.000000Z");
}

// Database times that RFC 3339 cannot express.
TEST(OutboxEvent, ATimeThatIsNoneIsRefusedByName) {
  OutboxRow row = booking_row();
  for (const char* time :
       {"infinity", "-infinity", "0044-03-15 12:00:00+00 BC", "10000-01-01 00:00:00+00"}) {
    row.occurred_at = time;
    EXPECT_NE(refusal(row).find("/time must be an RFC 3339 time"), std::string::npos) << time;
  }
}

TEST(OutboxEvent, AModelsNameIsAKindInLowerCase) {
  OutboxRow row = booking_row();
  row.aggregate_type = "Booking";
  EXPECT_EQ(outbox_subject(row), "booking:b_1");
  EXPECT_EQ(refusal(row), "taken");
}

// A row that ends rights must name the account; a column may do it.
TEST(OutboxEvent, ARowThatEndsRightsSaysWhose) {
  OutboxRow row = booking_row();
  row.type = "venue.staff_removed";
  row.aggregate_type = "venue";
  row.aggregate_id = "v_1";
  for (const char* payload :
       {R"({"venueId":"v_1"})", R"({"accountId":null})", R"({"accountId":""})"}) {
    row.payload = payload;
    row.account_id = "42";
    EXPECT_EQ(refusal(row), "taken") << payload;
    row.account_id.clear();
    EXPECT_NE(refusal(row).find("/data/accountId is missing"), std::string::npos) << payload;
  }
}

TEST(OutboxEvent, AnUnknownTypeIsNoFault) {
  OutboxRow row = booking_row();
  row.type = "loyalty.points_earned";
  row.payload = R"({"points":[1,2]})";
  EXPECT_EQ(refusal(row), "taken");
  row.payload = "[1]";
  EXPECT_EQ(data_of(row), "[1]");
}

TEST(OutboxEvent, ABadRowSaysWhatIsWrong) {
  const auto with = [](auto&& change) {
    OutboxRow row = booking_row();
    change(row);
    return refusal(row);
  };
  using Row = OutboxRow&;
  EXPECT_EQ(with([](Row row) { row.event_id.clear(); }), "invalid_event: `eventId` is missing");
  EXPECT_EQ(with([](Row row) { row.aggregate_type.clear(); }),
            "invalid_event: `aggregateType` is missing");
  EXPECT_EQ(with([](Row row) { row.aggregate_id.clear(); }),
            "invalid_event: `aggregateId` is missing");
  EXPECT_EQ(with([](Row row) { row.fault = "too large"; }), "invalid_event: too large");
  for (const auto& change : std::vector<void (*)(OutboxRow&)>{
           [](Row row) { row.type.clear(); }, [](Row row) { row.type = "booking.\x01"; },
           [](Row row) { row.event_id = std::string(300, 'x'); },
           [](Row row) { row.aggregate_id = "b_2"; },  // not the id in data
           [](Row row) { row.aggregate_id = "b\n1"; },
           [](Row row) { row.aggregate_type = "book ing"; }, [](Row row) { row.payload = "{"; },
           [](Row row) { row.payload = R"({"bookingId":"b_1","start":"tomorrow"})"; },
           [](Row row) { row.payload = "[]"; }, [](Row row) { row.payload = "\"\xff\""; },
           [](Row row) { row.actor_id = "a\x02"; },
           [](Row row) { row.occurred_at = "yesterday"; }}) {
    EXPECT_EQ(with(change).substr(0, 15), "invalid_event: ") << with(change);
  }
  EXPECT_EQ(with([](Row row) {
              row.payload = "{\"bookingId\":\"b_1\",\"x\":\"" + std::string(300'000, 'y') + "\"}";
            }).substr(0, 18),
            "payload_too_large:");
}

}  // namespace
}  // namespace courtside
