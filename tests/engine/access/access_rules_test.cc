// Goal: with the facts given, the rules decide the platform's access table row by row.
// (tests/e2e/access checks the whole server against the same table.)
#include "engine/access/access_rules.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace courtside {
namespace {

SharedFact shared(Fact fact) { return std::make_shared<const Fact>(std::move(fact)); }

class AccessRulesTest : public ::testing::Test {
 protected:
  AccessRulesTest() {
    facts.add({FactKind::kBooking, "b_1"},
              shared(BookingFact{.account_id = "42", .venue_id = "7"}));
    facts.add({FactKind::kRoom, "r"}, shared(RoomFact{.participants = {"42", "43"}}));
    facts.add({FactKind::kRoom, "help"},
              shared(RoomFact{.is_support = true, .participants = {"42"}}));
    facts.add({FactKind::kTicket, "t"}, shared(TicketFact{.opener = "42", .assignee = "90"}));
    facts.add({FactKind::kMessage, message_fact_id("r", "m_1")}, shared(MessageFact{"42"}));
    facts.add({FactKind::kNotification, "n_1"}, shared(NotificationFact{"42"}));
  }

  struct Somebody {
    Identity identity;
    AccountFact rights;
  };
  static Somebody account(std::string id, std::vector<std::string> permissions = {},
                          std::vector<std::string> venues = {}) {
    return {{.kind = Identity::Kind::kAccount, .actor = std::move(id)},
            {.is_active = true,
             .role = "SOME",
             .permissions = std::move(permissions),
             .venues = std::move(venues)}};
  }
  bool reads(const Somebody& who, std::string_view channel, ReadMode mode = ReadMode::kLive) const {
    return rules.may_read({who.identity, who.rights}, channel, mode, facts);
  }
  bool publishes(const Somebody& who, std::string_view type, std::string_view subject,
                 std::string_view data = "{}") const {
    const std::string event = build_event({.id = "1",
                                           .source = "/t",
                                           .type = type,
                                           .subject = subject,
                                           .data_kind = DataKind::kJson,
                                           .data = data});
    const Result<void> may =
        rules.check_publish({who.identity, who.rights}, EventView(event), facts);
    refusal = may ? "" : may.error().message + " " + may.error().details;
    return may.has_value();
  }

  mutable std::string refusal;  // of the last publish
  const AccessRules rules = *AccessRules::make(Config());
  FactSet facts;
};

TEST_F(AccessRulesTest, ARefusedPublisherHearsWhatTheRulesAskFor) {
  EXPECT_FALSE(publishes(account("42"), "booking.created", "booking:b_1"));
  EXPECT_EQ(refusal,
            "accounts may not publish `booking.created` {\"type\":\"booking.created\",\"who\":[]}");
  EXPECT_FALSE(publishes(account("99"), "chat.message_posted", "chat:r_1"));
  EXPECT_EQ(refusal,
            "`chat.message_posted` may be published only by a participant of the room that "
            "`subject` names {\"type\":\"chat.message_posted\",\"who\":[\"participant\"]}");
  EXPECT_FALSE(
      publishes(account("42"), "chat.message_deleted", "chat:r_1", R"({"messageId":"unknown"})"));
  EXPECT_NE(refusal.find("the author of the message that `data.messageId` names"),
            std::string::npos)
      << refusal;
  const Somebody service{{.kind = Identity::Kind::kService, .actor = "prometheus"}, {}};
  EXPECT_FALSE(publishes(service, "booking.created", "booking:b_1"));
  EXPECT_EQ(refusal,
            "publishing takes the permission `event:publish`, which this key does not have "
            "{\"permission\":\"event:publish\"}");
}

TEST_F(AccessRulesTest, AUserChannelIsItsAccountsOwn) {
  EXPECT_TRUE(reads(account("42"), "user:42"));
  EXPECT_FALSE(reads(account("43"), "user:42"));
  const auto support = account("90", {"customer_care:view_user_booking_history"});
  EXPECT_FALSE(reads(support, "user:42")) << "not live";
  EXPECT_TRUE(reads(support, "user:42", ReadMode::kHistory));
}

TEST_F(AccessRulesTest, ABookingIsItsAccountsItsVenuesAndTheStaffs) {
  EXPECT_TRUE(reads(account("42", {"booking:read_own"}), "booking:b_1"));
  EXPECT_FALSE(reads(account("42"), "booking:b_1")) << "without the permission";
  EXPECT_FALSE(reads(account("43", {"booking:read_own"}), "booking:b_1"));
  EXPECT_TRUE(reads(account("50", {"booking:read_for_own_venue"}, {"7"}), "booking:b_1"));
  EXPECT_FALSE(reads(account("50", {"booking:read_for_own_venue"}, {"8"}), "booking:b_1"));
  EXPECT_TRUE(reads(account("90", {"booking:read_any"}), "booking:b_1"));
  EXPECT_FALSE(reads(account("42", {"booking:read_own"}), "booking:unknown"));
}

TEST_F(AccessRulesTest, AVenueTakesBothPermissionsOfAnOutsider) {
  EXPECT_TRUE(reads(account("50", {"booking:read_for_own_venue"}, {"7"}), "venue:7"));
  EXPECT_FALSE(reads(account("50", {}, {"7"}), "venue:7"));
  EXPECT_FALSE(reads(account("90", {"venue:read_any"}), "venue:7"));
  EXPECT_TRUE(reads(account("90", {"booking:read_any", "venue:read_any"}), "venue:7"));
}

TEST_F(AccessRulesTest, AvailabilityIsForAnyone) {
  const Somebody nobody;
  EXPECT_TRUE(reads(nobody, "availability:7"));
  EXPECT_FALSE(reads(nobody, "availability:*")) << "one venue is not all";
  EXPECT_FALSE(reads(nobody, "venue:7"));
}

TEST_F(AccessRulesTest, ARoomIsItsParticipantsAndSupportOnlyInRoomsOfSupport) {
  const auto support = account("90", {"customer_care:resolve_user_inquiry"});
  EXPECT_TRUE(reads(account("43"), "chat:r"));
  EXPECT_FALSE(reads(account("44"), "chat:r"));
  EXPECT_FALSE(reads(support, "chat:r"));
  EXPECT_TRUE(reads(support, "chat:help"));
  EXPECT_FALSE(reads(account("44"), "chat:help"));
}

TEST_F(AccessRulesTest, ATicketIsItsOpenersItsAssigneesAndSupports) {
  EXPECT_TRUE(reads(account("42"), "ticket:t"));
  EXPECT_TRUE(reads(account("90"), "ticket:t"));
  EXPECT_FALSE(reads(account("43"), "ticket:t"));
  EXPECT_TRUE(reads(account("91", {"customer_care:resolve_user_inquiry"}), "ticket:t"));
}

TEST_F(AccessRulesTest, PatternsAreForAuditorsAlone) {
  EXPECT_FALSE(reads(account("90", {"booking:read_any"}), "booking:*"));
  EXPECT_FALSE(reads(account("90", {"booking:read_any"}), "*"));
  const auto auditor = account("91", {"audit:read"});
  for (const char* channel : {"*", "booking:*", "user:42", "slot:s_1", "chat:r"}) {
    EXPECT_TRUE(reads(auditor, channel)) << channel;
  }
  auto super = account("92");
  super.rights.role = "BMSP_SUPER_ADMIN";
  EXPECT_TRUE(reads(super, "*"));
}

TEST_F(AccessRulesTest, TheRightToAChannelIsToldFromTheRightToAll) {
  const auto right = [this](const Somebody& who, std::string_view channel) {
    switch (rules.read_right({who.identity, who.rights}, channel, ReadMode::kLive, facts)) {
      case ReadRight::kNone: return "none";
      case ReadRight::kToAll: return "to all";
      case ReadRight::kToChannel: return "to the channel";
    }
    return "?";
  };
  const auto auditor = account("42", {"audit:read", "booking:read_any"});
  for (const char* channel : {"*", "booking:*", "chat:*", "chat:help2", "slot:s_1", "venue:7"}) {
    EXPECT_STREQ(right(auditor, channel), "to all") << channel;
  }
  for (const char* channel : {"user:42", "booking:b_1", "chat:r", "ticket:t", "availability:7"}) {
    EXPECT_STREQ(right(auditor, channel), "to the channel") << channel;
  }
  EXPECT_STREQ(right(account("43"), "user:42"), "none");
}

TEST_F(AccessRulesTest, AnAccountThatDoesNotCountMayNothing) {
  auto locked = account("42", {"audit:read", "booking:read_own"});
  locked.rights.is_active = false;
  EXPECT_FALSE(reads(locked, "user:42"));
  EXPECT_FALSE(reads(locked, "booking:b_1"));
  EXPECT_TRUE(reads(locked, "availability:7"));
}

TEST_F(AccessRulesTest, ServicesPublishWithTheirPermissionOnly) {
  Somebody service{{.kind = Identity::Kind::kService, .actor = "backend"}, {.is_active = true}};
  EXPECT_FALSE(publishes(service, "booking.created", "booking:b_1"));
  service.rights.permissions = {"event:publish"};
  EXPECT_TRUE(publishes(service, "booking.created", "booking:b_1"));
}

TEST_F(AccessRulesTest, AccountsPublishOnlyInTheirRooms) {
  EXPECT_TRUE(publishes(account("42"), "chat.message_posted", "chat:r"));
  EXPECT_FALSE(publishes(account("44"), "chat.message_posted", "chat:r"));
  EXPECT_TRUE(publishes(account("43"), "chat.read_up_to", "chat:r"));
  EXPECT_FALSE(publishes(account("42"), "chat.participant_added", "chat:r"));
  EXPECT_FALSE(publishes(account("42"), "booking.created", "booking:b_1"));
  EXPECT_FALSE(publishes(account("42", {"event:publish"}), "booking.created", "booking:b_1"));
}

TEST_F(AccessRulesTest, AMessageIsEditedByItsAuthor) {
  constexpr std::string_view kMessage = R"({"messageId":"m_1"})";
  EXPECT_TRUE(publishes(account("42"), "chat.message_edited", "chat:r", kMessage));
  EXPECT_FALSE(publishes(account("43"), "chat.message_edited", "chat:r", kMessage));
  EXPECT_FALSE(
      publishes(account("42"), "chat.message_deleted", "chat:r", R"({"messageId":"m_2"})"));
}

TEST_F(AccessRulesTest, ANotificationIsReadByWhoGotIt) {
  EXPECT_TRUE(publishes(account("42"), "notification.read", "notification:n_1"));
  EXPECT_FALSE(publishes(account("43"), "notification.read", "notification:n_1"));
  EXPECT_FALSE(publishes(account("42"), "notification.created", "notification:n_1"));
}

TEST_F(AccessRulesTest, NameTheFactsTheyNeed) {
  std::vector<FactKey> keys;
  rules.facts_for_reading(account("42").identity, "booking:b_1", keys);
  EXPECT_EQ(keys, (std::vector<FactKey>{{FactKind::kBooking, "b_1"}}));
  keys.clear();
  rules.facts_for_reading(account("42").identity, "user:42", keys);
  rules.facts_for_reading(account("42").identity, "*", keys);
  EXPECT_TRUE(keys.empty());
}

TEST(AccessRules, RefuseARuleThatMeansNothing) {
  Config config;
  config.read_rules = {{.channel = "chat:*", .who = "participnat", .permissions = {}}};
  const auto rules = AccessRules::make(config);
  ASSERT_FALSE(rules);
  EXPECT_EQ(rules.error().code, Code::bad_configuration);
  EXPECT_EQ(rules.error().message,
            "read rule for `chat:*`: `who` is `participnat`, which is unknown; did you mean "
            "`participant`?");
  config.read_rules = {{.channel = "Chat", .who = "anyone", .permissions = {}}};
  EXPECT_FALSE(AccessRules::make(config));
  config.read_rules = {};
  config.projections = {{.channel = "booking:*", .data_fields = {"amount"}, .who = "booking_venu"}};
  const auto projected = AccessRules::make(config);
  ASSERT_FALSE(projected);
  EXPECT_EQ(projected.error().message,
            "projection rule for `booking:*`: `who` is `booking_venu`, which is unknown; did you "
            "mean `booking_venue`?");
}

// A message keeps its author, whoever else in the room posts under its id.
TEST(AccessRules, NobodyPostsUnderTheIdOfAnothersMessage) {
  const AccessRules rules = *AccessRules::make(Config());
  EventFields fields;
  fields.type = "chat.message_posted";
  fields.subject = "chat:r";
  fields.data_kind = DataKind::kJson;
  fields.data = R"({"roomId":"r","messageId":"m"})";
  const std::string event = build_event(fields);
  const auto publishes = [&](const std::string& actor, const Fact& message) {
    const Identity identity{.kind = Identity::Kind::kAccount, .actor = actor};
    const AccountFact rights{.is_active = true};
    std::vector<FactKey> keys;
    rules.facts_for_publishing(identity, EventView(event), keys);
    FactSet facts;
    for (const FactKey& key : keys) {
      const Fact room(RoomFact{.participants = {"42", "43"}});
      facts.add(key, std::make_shared<const Fact>(key.kind == FactKind::kRoom ? room : message));
    }
    return rules.check_publish({identity, rights}, EventView(event), facts).has_value();
  };
  EXPECT_TRUE(publishes("42", Fact()));
  EXPECT_TRUE(publishes("42", Fact(MessageFact{.sender = "42"})));
  EXPECT_FALSE(publishes("42", Fact(MessageFact{.sender = "43"})));
}

}  // namespace
}  // namespace courtside
