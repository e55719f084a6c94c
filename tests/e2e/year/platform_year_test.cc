// Goal: the generated year is a valid year of the platform: the same for the same seed, the server
// accepts each event, and each goes to the channels that the platform defines.
#include "tests/e2e/year/support/platform_year.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "tests/e2e/support/server_test.h"

namespace courtside::e2e {
namespace {

constexpr YearOptions kSmall{.seed = 7, .events = 4000};

std::vector<YearEvent> told(const YearOptions& options) {
  std::vector<YearEvent> events;
  tell_year(options, [&events](const YearEvent& event) { events.push_back(event); });
  return events;
}

TEST(PlatformYear, IsTheSameForTheSameSeed) {
  const auto first = told(kSmall), again = told(kSmall), other = told({.seed = 8, .events = 4000});
  ASSERT_EQ(first.size(), again.size());
  std::size_t same_as_other = 0;
  for (std::size_t i = 0; i < first.size(); ++i) {
    ASSERT_EQ(first[i].data.json(), again[i].data.json());
    ASSERT_EQ(first[i].recorded, again[i].recorded);
    same_as_other += i < other.size() && first[i].data.json() == other[i].data.json();
  }
  EXPECT_LT(same_as_other, first.size() / 2);
}

TEST(PlatformYear, HasAllThatCanHappen) {
  std::set<std::string> types;
  Micros recorded = 0;
  const auto events = told({.seed = 7, .events = 30'000});
  EXPECT_GE(events.size(), 30'000u);
  for (const YearEvent& event : events) {
    types.insert(event.type);
    EXPECT_LT(recorded, event.recorded);
    recorded = event.recorded;
  }
  EXPECT_LT(recorded, kYearEnd + 30 * kDay);
  for (const char* type : {"slot.held",
                           "slot.hold_released",
                           "slot.hold_expired",
                           "slot.booked",
                           "slot.released",
                           "slot.price_changed",
                           "slot.maintenance_started",
                           "slot.maintenance_ended",
                           "booking.created",
                           "booking.confirmed",
                           "booking.expired",
                           "booking.rescheduled",
                           "booking.amended",
                           "booking.cancelled",
                           "booking.checked_in",
                           "booking.completed",
                           "booking.no_show_confirmed",
                           "booking.status_changed",
                           "payment.authorized",
                           "payment.captured",
                           "payment.failed",
                           "refund.requested",
                           "refund.succeeded",
                           "refund.failed",
                           "notification.created",
                           "notification.dispatched",
                           "notification.delivered",
                           "notification.failed",
                           "notification.seen",
                           "notification.read",
                           "chat.room_opened",
                           "chat.message_posted",
                           "chat.message_edited",
                           "chat.message_deleted",
                           "chat.read_up_to",
                           "chat.participant_removed",
                           "ticket.opened",
                           "ticket.assigned",
                           "ticket.replied",
                           "ticket.status_changed",
                           "ticket.closed",
                           "venue.updated",
                           "venue.hours_changed",
                           "venue.staff_added",
                           "venue.staff_removed",
                           "session.revoked",
                           "audit.queried",
                           "audit.exported",
                           "loyalty.points_added",
                           "tournament.bracket.drawn"}) {
    EXPECT_TRUE(types.count(type)) << type;
  }
}

Draft draft_of(const YearEvent& event) {
  return {.id = event.id,
          .type = event.type,
          .subject = event.subject,
          .data = event.data.json(),
          .source = std::string(kYearSource),
          .channels = event.named_channels};
}

struct PlatformYearServer : ServerTest {};

TEST_F(PlatformYearServer, TakesEveryEventOfTheYearAndSendsItWhereItBelongs) {
  const std::vector<YearEvent> events = told(kSmall);
  for (std::size_t i = 0; i < events.size(); i += 500) {
    std::vector<Draft> batch;
    for (std::size_t j = i; j < std::min(events.size(), i + 500); ++j) {
      batch.push_back(draft_of(events[j]));
    }
    append(http, batch);
  }
  std::map<std::string, std::vector<std::uint64_t>> heard;
  for (const YearEvent& event : events) {
    for (const std::string& channel : event.channels) heard[channel].push_back(event.offset);
  }
  ASSERT_GT(heard.size(), 200u);
  std::size_t index = 0;
  for (const auto& [channel, offsets] : heard) {
    // All ops channels, and every seventh of the others.
    if (index++ % 7 != 0 && channel.substr(0, 4) != "ops:") continue;
    std::vector<std::uint64_t> shown;
    for (const Logged& event : read_log(http, "channel=" + percent_encoded(channel))) {
      shown.push_back(event.offset);
    }
    EXPECT_EQ(shown, offsets) << channel;
  }
}

}  // namespace
}  // namespace courtside::e2e
