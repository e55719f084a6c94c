// Goal: a row survives being written and parsed, and a message that is not a row is refused with
// the faulty column.
#include "engine/outbox/outbox_row.h"

#include <gtest/gtest.h>

#include "booking_row.h"

namespace courtside {
namespace {

OutboxRow full_row() {
  OutboxRow row = booking_row();
  row.correlation_id = "c \"1\"\n\x7f";
  row.payload = R"({ "amount" : 1e400, "name":"Zo\u00eb" })";
  row.fault = "too large";
  row.content = "x";
  return row;
}

TEST(OutboxRow, IsTheSameAfterItWasWrittenDown) {
  EXPECT_EQ(*parse_outbox_row(outbox_row_json(full_row())), full_row());
  EXPECT_EQ(*parse_outbox_row(outbox_row_json({})), OutboxRow());
  // The payload stays the same byte for byte.
  EXPECT_NE(outbox_row_json(full_row()).find(full_row().payload), std::string::npos);
}

TEST(OutboxRow, NullAndUnknownMembersArePassedOver) {
  const auto row =
      parse_outbox_row(R"({"eventId":"a","venueId":null,"more":[1,{"x":2}],"payload":{}})");
  EXPECT_EQ(*row, (OutboxRow{.event_id = "a", .payload = "{}"}));
}

TEST(OutboxRow, WhatIsNoRowIsRefusedWithTheColumnThatIsWrong) {
  const auto refusal = [](std::string_view json) {
    const auto row = parse_outbox_row(json);
    return row ? "taken" : row.error().message;
  };
  EXPECT_EQ(refusal("{"), "it is no sound JSON");
  EXPECT_EQ(refusal(R"({"eventId":"a"} x)"), "it is no sound JSON");
  EXPECT_EQ(refusal("[]"), "it is no JSON object");
  EXPECT_EQ(refusal(""), "it is no JSON object");
  EXPECT_EQ(refusal("{\"eventId\":\"\xff\"}"), "it is no UTF-8 text");
  EXPECT_EQ(refusal(R"({"eventId":7})"), "`eventId` is no text");
  EXPECT_EQ(refusal(R"({"eventId":"\ud800"})"), "`eventId` is no Unicode text");
  EXPECT_EQ(refusal(R"({"aggregateVersion":"7"})"), "`aggregateVersion` is no whole number");
  EXPECT_EQ(refusal(R"({"aggregateVersion":-1})"), "`aggregateVersion` is no whole number");
  EXPECT_EQ(refusal(R"({"schemaVersion":1.5})"), "`schemaVersion` is no whole number");
}

}  // namespace
}  // namespace courtside
