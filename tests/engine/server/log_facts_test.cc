// Goal: facts about rooms, tickets, messages and notifications follow from their events in the log,
// and are found quickly among any number of other events.
#include "engine/server/log_facts.h"

#include <gtest/gtest.h>

#include <future>
#include <string>

#include "engine/routing/publisher.h"
#include "tests/engine/support/small_log.h"

namespace courtside {
namespace {

class LogFactsTest : public ::testing::Test {
 protected:
  void happened(std::string_view type, std::string_view subject, std::string_view data,
                std::string_view actor = "") {
    const std::string id = std::to_string(++last_id);
    std::vector<IncomingEvent> events;
    events.push_back({.event = build_event({.id = id,
                                            .source = "/test",
                                            .type = type,
                                            .subject = subject,
                                            .actorid = actor,
                                            .data_kind = DataKind::kJson,
                                            .data = data})});
    small.commit(*make_append(router, std::move(events), Identity{}, Author{}));
  }

  Fact fact(FactKind kind, const std::string& id) {
    std::promise<Result<Fact>> answer;
    facts.load({kind, id}, [&answer](Result<Fact> read) { answer.set_value(std::move(read)); });
    return *answer.get_future().get();
  }

  fixtures::SmallLog small;
  const Router router = *Router::make(default_routes());
  LogFacts facts{small.log, small.pages};
  int last_id = 0;
};

TEST_F(LogFactsTest, ARoomIsWhoCameLessWhoWent) {
  happened("chat.room_opened", "chat:r",
           R"({"roomId":"r","kind":"support","participants":["42","43"]})");
  happened("chat.message_posted", "chat:r", R"({"roomId":"r","messageId":"m"})", "42");
  happened("chat.participant_added", "chat:r", R"({"roomId":"r","accountId":"44"})");
  happened("chat.participant_removed", "chat:r", R"({"roomId":"r","accountId":"42"})");
  happened("chat.participant_added", "chat:other", R"({"roomId":"other","accountId":"45"})");
  EXPECT_EQ(fact(FactKind::kRoom, "r"),
            Fact(RoomFact{.is_support = true, .participants = {"43", "44"}}));
  EXPECT_EQ(fact(FactKind::kRoom, "unknown"), Fact());
}

TEST_F(LogFactsTest, ATicketIsItsOpenersAndItsLastAssignees) {
  happened("ticket.opened", "ticket:t", R"({"ticketId":"t","accountId":"42"})");
  happened("ticket.assigned", "ticket:t", R"({"ticketId":"t","assigneeId":"90"})");
  happened("ticket.assigned", "ticket:t", R"({"ticketId":"t","assigneeId":"91"})");
  EXPECT_EQ(fact(FactKind::kTicket, "t"), Fact(TicketFact{.opener = "42", .assignee = "91"}));
  // An assignment that names nobody removes the assignee.
  for (const char* nobody : {R"({"ticketId":"t","assigneeId":null})", R"({"ticketId":"t"})"}) {
    happened("ticket.assigned", "ticket:t", nobody);
    EXPECT_EQ(fact(FactKind::kTicket, "t"), Fact(TicketFact{.opener = "42", .assignee = ""}));
    happened("ticket.assigned", "ticket:t", R"({"ticketId":"t","assigneeId":"92"})");
    EXPECT_EQ(fact(FactKind::kTicket, "t"), Fact(TicketFact{.opener = "42", .assignee = "92"}));
  }
}

TEST_F(LogFactsTest, AMessageIsItsFirstAuthorsInItsRoom) {
  happened("chat.message_posted", "chat:r", R"({"roomId":"r","messageId":"m"})", "42");
  happened("chat.message_posted", "chat:r", R"({"roomId":"r","messageId":"m"})", "43");
  happened("chat.message_posted", "chat:s", R"({"roomId":"s","messageId":"m","senderId":"44"})");
  EXPECT_EQ(fact(FactKind::kMessage, message_fact_id("r", "m")), Fact(MessageFact{"42"}));
  EXPECT_EQ(fact(FactKind::kMessage, message_fact_id("s", "m")), Fact(MessageFact{"44"}));
  EXPECT_EQ(fact(FactKind::kMessage, message_fact_id("s", "n")), Fact());
}

TEST_F(LogFactsTest, ANotificationIsWhoseItWasMadeFor) {
  happened("notification.created", "notification:n", R"({"notificationId":"n","accountId":"42"})");
  EXPECT_EQ(fact(FactKind::kNotification, "n"), Fact(NotificationFact{"42"}));
}

// Story: a fact was read from all events of its subject. In a room of 150,000 messages each
// question took a quarter of a second, which also revealed that the room exists.
TEST_F(LogFactsTest, OtherEventsOfTheRoomAreNotLookedAt) {
  happened("chat.room_opened", "chat:r", R"({"roomId":"r","participants":["42"]})");
  for (int i = 0; i < 500; ++i) {
    happened("chat.message_posted", "chat:r",
             R"({"roomId":"r","messageId":"m)" + std::to_string(i) + "\"}", "42");
  }
  const std::uint64_t before = small.pages.records_read();
  fact(FactKind::kRoom, "r");
  fact(FactKind::kMessage, message_fact_id("r", "m7"));
  EXPECT_LE(small.pages.records_read() - before, 2u);
}

}  // namespace
}  // namespace courtside
