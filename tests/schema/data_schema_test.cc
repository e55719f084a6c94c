// Goal: every type of the catalogue has a JSON Schema that says what the catalogue says. Whether
// validators understand the schemas, and what they accept, is tested in
// clients/typescript/interop.
#include "schema/data_schema.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "schema/json_reader.h"

namespace courtside {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(DataSchema, EveryTypeHasADocument) {
  std::set<std::string> titles;
  for (const EventFamily& family : catalogue()) {
    for (const EventRule& event : family.events) {
      const std::string type = std::string(family.name).append(".").append(event.name);
      const std::string document(data_schema(type));
      EXPECT_TRUE(JsonReader(document).value().is(JsonKind::kObject)) << type;
      EXPECT_THAT(document, HasSubstr("\"$id\": \"/schemas/" + type + "\""));
      EXPECT_THAT(document, HasSubstr(sentence(event.meaning)));
      const std::size_t title = document.find("\"title\": ");
      titles.insert(document.substr(title, document.find('\n', title) - title));
      EXPECT_THAT(std::string(data_schema_list()),
                  HasSubstr("{\"type\":\"" + type + "\",\"schema\":\"/schemas/" + type + "\"}"));
    }
  }
  EXPECT_EQ(titles.count("\"title\": \"BookingNoShowConfirmedData\","), 1u);
  std::size_t count = 0;
  for (const EventFamily& family : catalogue()) count += family.events.size();
  EXPECT_EQ(titles.size(), count);
}

TEST(DataSchema, OtherTypesHaveNone) {
  for (const char* type : {"", "booking", "booking.", "booking.moved", "demo.created", "created"}) {
    EXPECT_EQ(data_schema(type), "") << type;
  }
}

TEST(DataSchema, RequiresWhatAPublishRequires) {
  EXPECT_THAT(std::string(data_schema("booking.created")),
              HasSubstr("\"required\": [\"bookingId\"]"));
  EXPECT_THAT(std::string(data_schema("venue.updated")), HasSubstr("\"required\": [\"venueId\"]"));
  EXPECT_THAT(std::string(data_schema("venue.staff_added")),
              HasSubstr("\"required\": [\"venueId\", \"accountId\"]"));
  EXPECT_THAT(std::string(data_schema("session.revoked")),
              HasSubstr("  \"required\": [\"accountId\"]"));
  // The subject may be the payment or its booking.
  const std::string payment(data_schema("payment.captured"));
  EXPECT_THAT(payment, HasSubstr("\"anyOf\": [{\"required\": [\"paymentId\"]"));
  EXPECT_THAT(payment, HasSubstr("{\"required\": [\"bookingId\"]"));
  EXPECT_THAT(std::string(data_schema("audit.queried")), Not(HasSubstr("\n  \"required\"")));
}

TEST(DataSchema, NamesAShapeByWhatItsEventsHave) {
  std::string names;
  for (const DataShape& shape : data_shapes()) names.append(shape.name).append(" ");
  EXPECT_EQ(names,
            "SlotData BookingData PaymentData RefundData NotificationData ChatData ChatRightsData "
            "TicketData VenueData VenueRightsData AccountData SessionData AuditData ");
}

}  // namespace
}  // namespace courtside
