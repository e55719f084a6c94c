// Goal: an event goes to exactly the channels that the table names for its type; an invalid table
// is refused at start; the projection is that of the channel by which the reader may read.
#include "engine/routing/router.h"

#include <gtest/gtest.h>

#include "tests/engine/support/small_log.h"

namespace courtside {
namespace {

std::string event_of(std::string_view type, std::string_view subject, std::string_view data) {
  EventFields fields;
  fields.id = "1";
  fields.source = "/test";
  fields.type = type;
  fields.subject = subject;
  fields.data_kind = DataKind::kJson;
  fields.data = data;
  return build_event(fields);
}

std::string route(const Router& router, std::string_view type, std::string_view data,
                  const std::vector<std::string>& explicit_channels = {}) {
  const std::string event = event_of(type, "thing:1", data);
  const auto channels = router.route(EventView(event), explicit_channels);
  if (!channels) return std::string(info(channels.error().code).name);
  std::string all;
  for (const std::string& channel : *channels) all.append(channel).append(" ");
  return all;
}

TEST(RouterTest, TheDefaultTableRoutesTheCatalogue) {
  const Router router = *Router::make(default_routes());
  EXPECT_EQ(
      route(router, "booking.created", R"({"bookingId":"b_1","accountId":"42","venueId":"7"})"),
      "booking:b_1 user:42 venue:7 ops:bookings ");
  // Missing ids produce no channel.
  EXPECT_EQ(route(router, "booking.cancelled", R"({"bookingId":"b_1"})"),
            "booking:b_1 ops:bookings ");
  EXPECT_EQ(route(router, "slot.price_changed", R"({"slotId":"s","venueId":"7"})"),
            "availability:7 venue:7 ");
  EXPECT_EQ(route(router, "venue.suspended", R"({"venueId":"7"})"), "venue:7 ops:venues ");
  EXPECT_EQ(route(router, "audit.queried", R"({"by":"admin"})"), "");
}

TEST(RouterTest, UnknownTypesReachTheirSubjectAndTheirExplicitChannels) {
  const Router router = *Router::make(default_routes());
  EXPECT_EQ(route(router, "weather.changed", "{}"), "thing:1 ");
  EXPECT_EQ(route(router, "weather.changed", "{}", {"venue:7", "thing:1"}), "thing:1 venue:7 ");
}

TEST(RouterTest, ExplicitChannelsAreAddedOnce) {
  const Router router = *Router::make(default_routes());
  EXPECT_EQ(route(router, "notification.created", R"({"accountId":"42"})", {"user:42", "user:1"}),
            "user:42 user:1 ");
}

TEST(RouterTest, IdsThatMakeNoChannelNameNone) {
  const Router router = *Router::make({{.type = "a.*", .channels = {"user:{data.accountId}"}}});
  EXPECT_EQ(route(router, "a.b", R"({"accountId":"*"})"), "");
  EXPECT_EQ(route(router, "a.b", R"({"accountId":""})"), "");
  EXPECT_EQ(route(router, "a.b", R"({"accountId":42})"), "");
  EXPECT_EQ(route(router, "a.b", "{\"accountId\":\"" + std::string(65, 'x') + "\"}"), "");
  EXPECT_EQ(route(router, "a.b", R"({"accountId":"x:y"})"), "user:x:y ");
}

TEST(RouterTest, MalformedTablesAreRefused) {
  for (const char* channel : {"", "user", "user:{accountId}", "user:{data.}", "user:{data.a",
                              "user:{data.a}{data.b}", "User:{data.a}", "{data.a}"}) {
    const auto router = Router::make({{.type = "a.*", .channels = {channel}}});
    ASSERT_FALSE(router) << channel;
    EXPECT_EQ(router.error().code, Code::bad_configuration);
    EXPECT_NE(router.error().message.find("a.*"), std::string::npos) << router.error().message;
  }
  EXPECT_FALSE(Router::make({{.type = "*.a", .channels = {}}}));
}

TEST(RouterTest, TooManyChannelsAreRefused) {
  const Router router = *Router::make({});
  std::vector<std::string> channels;
  for (int i = 0; i < 1001; ++i) channels.push_back("user:" + std::to_string(i));
  EXPECT_EQ(route(router, "a.b", "{}", channels), "invalid_event");
}

TEST(ProjectionsTest, TheWidestViewWins) {
  fixtures::SmallLog log;
  const Batch batch = log.commit({{"availability:7", "venue:7"}});
  const RecordView record = batch.at(std::size_t{0});
  const Projections projections = *Projections::make(default_projections());
  ASSERT_NE(projections.choose({"availability:7"}, {}, record), nullptr);
  EXPECT_NE(projections.choose({"availability:*"}, {}, record), nullptr);
  const Projection* venue = projections.choose({"availability:7", "venue:7"}, {}, record);
  ASSERT_NE(venue, nullptr);
  EXPECT_EQ(venue->name, "venue:*") << "it hides less";
  EXPECT_EQ(projections.choose({"venue:7", "availability:7"}, {}, record), venue);
  EXPECT_EQ(projections.choose({"venue:7"}, {"financial:view_own_venue_reports"}, record), nullptr);
  EXPECT_EQ(projections.choose({"*"}, {}, record), nullptr);
  EXPECT_EQ(projections.choose({}, {}, record), nullptr);
}

}  // namespace
}  // namespace courtside
