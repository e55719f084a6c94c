// Goal: a question is answered from known facts, or when they arrive, and never by a guess. A
// revocation ends the tokens issued before it.
#include "engine/access/access.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/json.h"
#include "engine/access/message_claims.h"
#include "engine/access/rights_change.h"
#include "schema/catalogue.h"
#include "schema/cloudevent.h"

namespace courtside {
namespace {

using ::testing::ElementsAre;

// Answers when the test calls it.
class SlowSource : public FactSource {
 public:
  void load(const FactKey& key, std::function<void(Result<Fact>)> done) override {
    waiting.emplace_back(key, std::move(done));
  }
  void answer(const Result<Fact>& fact) {
    auto [key, done] = std::move(waiting.front());
    waiting.erase(waiting.begin());
    done(fact);
  }
  std::vector<std::pair<FactKey, std::function<void(Result<Fact>)>>> waiting;
};

class AccessTest : public ::testing::Test {
 protected:
  void make(bool with_database) {
    config.database.url = with_database ? "host=somewhere" : "";
    rules.emplace(*AccessRules::make(config));
    cache.emplace(config.database, FactCache::Sources{&source, &source, &source, &source},
                  [this] { return now_ms; });
    access.emplace(
        config, *rules, *cache,
        [this](std::string_view, std::int64_t) -> Result<Identity> { return identity; },
        [this] { return clock; }, [this](const Identity&) { return key_rights; });
  }

  std::optional<Result<ReadGrant>> reads(const std::string& channel) {
    return access->check_read(*identity, {channel}, ReadMode::kLive,
                              [this](Result<ReadGrant> grant) { later.push_back(grant); });
  }
  static std::string described(const Result<ReadGrant>& grant) {
    return grant ? "allowed" : std::string(info(grant.error().code).name);
  }

  Config config;
  SlowSource source;
  std::uint64_t now_ms = 1000;
  Timestamp clock = now();
  std::optional<AccessRules> rules;
  std::optional<FactCache> cache;
  std::optional<Access> access;
  Result<Identity> identity = Identity{.kind = Identity::Kind::kAccount, .actor = "42"};
  std::optional<KeyRights> key_rights = KeyRights{};  // empty: the key was removed
  std::vector<Result<ReadGrant>> later;
};

TEST_F(AccessTest, WithoutAccessControlEverybodyIsAnAdministrator) {
  rules.emplace(*AccessRules::make(config));
  cache.emplace(config.database, FactCache::Sources{}, [this] { return now_ms; });
  const Access open(config, *rules, *cache, {});
  EXPECT_FALSE(open.enabled());
}

TEST_F(AccessTest, WhatIsNotKnownIsAskedForAndKept) {
  make(true);
  EXPECT_FALSE(reads("user:42")) << "an answer before it is known";
  ASSERT_EQ(source.waiting.size(), 1u);
  EXPECT_EQ(source.waiting[0].first, (FactKey{FactKind::kAccount, "42"}));
  source.answer(Fact(AccountFact{.is_active = true}));
  ASSERT_EQ(later.size(), 1u);
  EXPECT_EQ(described(later[0]), "allowed");
  const auto again = reads("user:42");
  ASSERT_TRUE(again);
  EXPECT_EQ(described(*again), "allowed");
}

TEST_F(AccessTest, ATokenThatExpiresWhileTheAccountIsLookedUpIsRefused) {
  make(true);
  identity->expires_s = clock.value() / kMicrosPerSecond + 100;
  std::optional<Result<Identity>> answer;
  EXPECT_FALSE(access->identify("token", [&](const Result<Identity>& who) { answer = who; }));
  clock = Timestamp(clock.value() + 3'600 * kMicrosPerSecond);
  source.answer(Fact(AccountFact{.is_active = true}));
  ASSERT_TRUE(answer);
  ASSERT_FALSE(*answer);
  EXPECT_EQ(answer->error().code, Code::token_expired);
}

TEST_F(AccessTest, ASourceThatFailsGrantsNothing) {
  make(true);
  EXPECT_FALSE(reads("user:42"));
  source.answer(fail(Code::overloaded, "the database does not answer"));
  EXPECT_EQ(described(later.at(0)), "overloaded");
}

TEST_F(AccessTest, AnUnknownAndAForbiddenChannelAnswerAlike) {
  make(true);
  cache->get({FactKind::kAccount, "42"}, [](const Result<SharedFact>&) {});
  source.answer(Fact(AccountFact{.is_active = true, .permissions = {"booking:read_own"}}));
  EXPECT_FALSE(reads("booking:b_1"));
  source.answer(Fact(BookingFact{.account_id = "43", .venue_id = "7"}));
  EXPECT_FALSE(reads("booking:b_2"));
  source.answer(Fact());
  ASSERT_EQ(later.size(), 2u);
  EXPECT_EQ(later[0].error().message, "you may not read `booking:b_1`");
  EXPECT_EQ(later[1].error().message, "you may not read `booking:b_2`");
  EXPECT_EQ(later[0].error().code, later[1].error().code);
}

TEST_F(AccessTest, WithoutADatabaseTheTokenDecides) {
  make(false);
  identity->role = "VENUE_OWNER";
  identity->venues = {"7"};
  EXPECT_EQ(described(*reads("venue:7")), "allowed");
  EXPECT_EQ(reads("venue:7").value()->unmasked_permissions,
            std::vector<std::string>{"financial:view_own_venue_reports"});
  EXPECT_EQ(described(*reads("venue:8")), "forbidden");
  identity->claims_permissions = true;
  EXPECT_EQ(described(*reads("venue:7")), "forbidden") << "it says that it has none";
  identity->channels = {"venue:*"};
  EXPECT_EQ(described(*reads("venue:7")), "allowed");
  EXPECT_EQ(described(*reads("venue:*")), "allowed") << "as it says";
  EXPECT_EQ(described(*reads("*")), "forbidden");
}

TEST_F(AccessTest, WithADatabaseTheTokensClaimsDoNot) {
  make(true);
  identity->role = "BMSP_SUPER_ADMIN";
  identity->permissions = {"audit:read"};
  identity->channels = {"*"};
  EXPECT_FALSE(reads("venue:7"));
  source.answer(Fact(AccountFact{.is_active = true, .role = "USER"}));
  EXPECT_EQ(described(later.at(0)), "forbidden");
}

TEST_F(AccessTest, AnInactiveAccountIsRefusedOnConnecting) {
  make(true);
  std::vector<Result<Identity>> who;
  EXPECT_FALSE(access->identify("t", [&who](const Result<Identity>& is) { who.push_back(is); }));
  source.answer(Fact(AccountFact{.is_active = false}));
  ASSERT_FALSE(who.at(0));
  EXPECT_EQ(who[0].error().code, Code::forbidden);
}

TEST_F(AccessTest, ATokenFromBeforeItsRevocationIsRefused) {
  make(false);
  identity->issued = Timestamp(1000'000'000);
  EXPECT_TRUE(access->identify("t", {})->has_value());
  access->on_change(
      {.fact = {FactKind::kAccount, "42"}, .ends_rights = true, .revokes_credentials = true},
      Timestamp(1000'900'000));
  EXPECT_EQ(access->identify("t", {})->error().code, Code::unauthorized);
  EXPECT_FALSE(is_failed_login(access->identify("t", {})->error())) << "it was good once";
  identity->issued = Timestamp(1005'000'000);
  EXPECT_EQ(access->identify("t", {})->error().code, Code::unauthorized)
      << "made before the revocation, by a clock that is 5 s ahead";
  identity->issued = Timestamp(1006'000'000);
  EXPECT_TRUE(access->identify("t", {})->has_value()) << "a fresh one";
}

// The result of confirm() for a token that expired `ended_s` seconds ago; the leeway is 5 s.
TEST_F(AccessTest, WhatStandsForATokenEndsWithIt) {
  const auto confirmed = [this](std::int64_t ended_s) {
    identity->expires_s = now().value() / kMicrosPerSecond - ended_s;
    const Result<Identity> known = *access->confirm(*identity, {});
    return known ? "good" : std::string(info(known.error().code).name);
  };
  make(false);
  EXPECT_EQ(confirmed(-60), "good");
  EXPECT_EQ(confirmed(2), "good");
  EXPECT_EQ(confirmed(5), "token_expired");
  EXPECT_EQ(confirmed(15), "token_expired");
  make(true);
  EXPECT_EQ(confirmed(15), "token_expired") << "whatever the database says of the account";
  EXPECT_TRUE(source.waiting.empty());
}

TEST_F(AccessTest, ATokenThatWasNeverGoodIsAFailedLogin) {
  make(false);
  identity = fail(Code::unauthorized, "the token was signed with another secret");
  EXPECT_TRUE(is_failed_login(access->identify("t", {})->error()));
  identity = fail(Code::token_expired, "the token has expired");
  EXPECT_FALSE(is_failed_login(access->identify("t", {})->error()));
}

TEST_F(AccessTest, AServiceHasThePermissionsThatItsKeyHasNow) {
  make(true);
  identity = Identity{.kind = Identity::Kind::kService,
                      .actor = "reports",
                      .permissions = {"audit:read", "event:publish"}};
  const std::string event = build_event({.id = "1",
                                         .source = "/t",
                                         .type = "a.b",
                                         .subject = "a:1",
                                         .data_kind = DataKind::kNone,
                                         .data = {}});
  const auto publishes = [&] { return *access->check_publish(*identity, EventView(event), {}); };
  key_rights = KeyRights{.permissions = {"event:publish"}};
  EXPECT_EQ(described(*reads("*")), "forbidden");
  EXPECT_TRUE(publishes());
  key_rights = KeyRights{.permissions = {"audit:read"}};
  EXPECT_EQ(described(*reads("*")), "allowed");
  EXPECT_EQ(publishes().error().code, Code::forbidden);
  EXPECT_TRUE(*access->confirm(*identity, {}));
  const std::uint64_t before = access->changes();
  key_rights.reset();
  access->on_keys_change();
  EXPECT_GT(access->changes(), before) << "or a publish that waits would go by the old answer";
  EXPECT_EQ(described(*reads("*")), "unauthorized");
  EXPECT_EQ(publishes().error().code, Code::unauthorized);
  EXPECT_EQ(access->confirm(*identity, {})->error().message, "the service's key was taken away");
  EXPECT_EQ(access->check_credential(*identity).error().details, R"({"reason":"revoked"})");
}

// So that no body is read for them.
TEST_F(AccessTest, WhoMayPublishNothingIsKnownBeforeTheEvent) {
  make(false);
  const auto answer = [this](Identity::Kind kind) {
    const Result<void> may = access->check_publisher({.kind = kind, .actor = "somebody"});
    return may ? std::string("perhaps") : std::string(info(may.error().code).name);
  };
  EXPECT_EQ(answer(Identity::Kind::kAnonymous), "unauthorized");
  EXPECT_EQ(answer(Identity::Kind::kAccount), "perhaps");
  EXPECT_EQ(answer(Identity::Kind::kService), "forbidden") << "its key has no permission";
  key_rights = KeyRights{.permissions = {"event:publish"}};
  EXPECT_EQ(answer(Identity::Kind::kService), "perhaps");
  key_rights.reset();
  EXPECT_EQ(answer(Identity::Kind::kService), "unauthorized") << "the key was removed";
}

TEST_F(AccessTest, ATokenEndsWithTheKeyThatSignedIt) {
  make(false);
  EXPECT_EQ(described(*reads("user:42")), "allowed");
  key_rights.reset();
  EXPECT_EQ(described(*reads("user:42")), "unauthorized");
  EXPECT_EQ(access->confirm(*identity, {})->error().message,
            "the key that signed the token was taken away");
  // An anonymous caller has no key to lose.
  EXPECT_TRUE(access->check_credential(Identity{}));
  identity = Identity{};
  EXPECT_EQ(described(*reads("availability:7")), "allowed");
}

TEST_F(AccessTest, AKeyThatIsTakenAwayWhileFactsAreOnTheirWayGrantsNothing) {
  make(true);
  EXPECT_FALSE(reads("user:42"));
  key_rights.reset();
  source.answer(Fact(AccountFact{.is_active = true}));
  EXPECT_EQ(described(later.at(0)), "unauthorized");
}

TEST_F(AccessTest, WhatAnEventChangedIsAskedForAnew) {
  make(true);
  EXPECT_FALSE(reads("chat:r"));
  source.answer(Fact(AccountFact{.is_active = true}));
  source.answer(Fact(RoomFact{.participants = {"42"}}));
  EXPECT_EQ(described(*reads("chat:r")), "allowed");
  access->on_change({.fact = {FactKind::kRoom, "r"}, .ends_rights = true}, Timestamp(0));
  EXPECT_FALSE(reads("chat:r"));
  source.answer(Fact(RoomFact{}));
  EXPECT_EQ(described(later.back()), "forbidden");
}

// Neither message is in the log yet.
TEST_F(AccessTest, OfTwoWhoPostUnderOneIdAtOnceOneIsLetIn) {
  make(false);
  identity->role = "USER";
  const auto posts = [this](const std::string& account, const std::string& room,
                            const std::string& message) {
    identity->actor = account;
    const std::string data = R"({"roomId":")" + room + R"(","messageId":")" + message + "\"}";
    const std::string subject = "chat:" + room;
    const std::string event = build_event({.id = "1",
                                           .source = "/t",
                                           .type = "chat.message_posted",
                                           .subject = subject,
                                           .data_kind = DataKind::kJson,
                                           .data = data});
    std::string answer = "unanswered";
    const auto tell = [&answer](const Result<PublishGrant>& grant) {
      answer = grant ? "allowed" : std::string(info(grant.error().code).name);
    };
    if (const auto known = access->check_publish(*identity, EventView(event), tell)) tell(*known);
    while (!source.waiting.empty()) source.answer(Fact(RoomFact{.participants = {"42", "43"}}));
    return answer;
  };
  EXPECT_EQ(posts("44", "r", "m"), "forbidden");  // not in the room: makes no claim
  EXPECT_EQ(posts("42", "r", "m"), "allowed");
  EXPECT_EQ(posts("43", "r", "m"), "forbidden");
  EXPECT_EQ(posts("42", "r", "m"), "allowed");
  EXPECT_EQ(posts("43", "r", "m2"), "allowed");
  EXPECT_EQ(posts("43", "r2", "m"), "allowed");
}

TEST(MessageClaims, ManyThreadsAgreeOnTheFirst) {
  constexpr int kThreads = 4;
  constexpr int kMessages = 2000;
  MessageClaims claims;
  std::vector<std::vector<bool>> won(kThreads, std::vector<bool>(kMessages));
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < kThreads; ++i) {
    threads.emplace_back([&claims, &mine = won[i], account = std::to_string(i)] {
      for (std::size_t m = 0; m < kMessages; ++m) {
        mine[m] = claims.claim("r\n" + std::to_string(m), account);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (std::size_t m = 0; m < kMessages; ++m) {
    int winners = 0;
    for (const auto& mine : won) winners += mine[m] ? 1 : 0;
    EXPECT_EQ(winners, 1) << m;
  }
}

TEST(MessageClaims, KeepTheNewest) {
  MessageClaims claims(2);
  EXPECT_TRUE(claims.claim("r\n1", "42"));
  EXPECT_TRUE(claims.claim("r\n2", "42"));
  EXPECT_FALSE(claims.claim("r\n1", "43"));
  EXPECT_TRUE(claims.claim("r\n3", "42"));
  EXPECT_FALSE(claims.claim("r\n2", "43"));
  EXPECT_FALSE(claims.claim("r\n3", "43"));
  EXPECT_TRUE(claims.claim("r\n1", "43"));
}

TEST_F(AccessTest, ReadingAnotherAccountIsAudited) {
  make(false);
  identity->claims_permissions = true;
  identity->permissions = {"notification:read_any"};
  const auto history = [this](const std::string& channel) {
    return *access->check_read(*identity, {channel}, ReadMode::kHistory, {});
  };
  EXPECT_TRUE(history("user:7")->audited);
  EXPECT_FALSE(history("user:42")->audited);
  identity->permissions = {"audit:read"};
  EXPECT_TRUE(history("*")->audited);
}

TEST_F(AccessTest, WhatTheRightToAllAloneOpensIsAudited) {
  make(false);
  const auto traced = [this](const std::vector<std::string>& channels, bool any = false) {
    const auto known = any ? access->check_read_any(*identity, channels, ReadMode::kHistory, {})
                           : access->check_read(*identity, channels, ReadMode::kHistory, {});
    if (!known || !*known) return std::string("not granted");
    std::string out = (*known)->audited ? "audited" : "unseen";
    for (const std::string& channel : (*known)->traced) out.append(" ").append(channel);
    return out;
  };
  identity->channels = {"chat:*"};
  EXPECT_EQ(traced({"chat:*"}), "unseen") << "the token names it";
  identity = Identity{.kind = Identity::Kind::kService, .actor = "reports"};
  key_rights = KeyRights{.permissions = {"audit:read", "booking:read_any"}};
  EXPECT_EQ(traced({}), "audited *");
  EXPECT_EQ(traced({"booking:*", "venue:*"}), "audited booking:* venue:*");
  EXPECT_EQ(traced({"booking:b_1", "ops:bookings", "availability:7"}), "unseen");
  EXPECT_EQ(traced({"booking:b_1", "slot:s_1"}), "audited slot:s_1");
  EXPECT_EQ(traced({"venue:7", "availability:7"}, /*any=*/true), "unseen venue:7");
  EXPECT_EQ(traced({"venue:7", "*"}, /*any=*/true), "audited venue:7 *");
}

TEST_F(AccessTest, AServiceThatIsCalledLikeAnAccountIsNotTheAccount) {
  make(true);
  identity = Identity{.kind = Identity::Kind::kService, .actor = "42"};
  key_rights = KeyRights{.permissions = {"audit:read"}};
  EXPECT_TRUE((*reads("user:42"))->audited);
  EXPECT_FALSE(is_own_channel(*identity, "user:42"));
  EXPECT_TRUE(is_own_channel({.kind = Identity::Kind::kAccount, .actor = "42"}, "user:42"));
  EXPECT_FALSE(is_own_channel({.kind = Identity::Kind::kAccount, .actor = "42"}, "chat:42"));
}

TEST(RightsChange, IsSeenInTheEventsThatMakeIt) {
  const auto changed = [](std::string_view type, std::string_view data) -> std::string {
    const std::string event = build_event({.id = "1",
                                           .source = "/t",
                                           .type = type,
                                           .subject = "any:1",
                                           .data_kind = DataKind::kJson,
                                           .data = data});
    const auto change = rights_change(EventView(event));
    if (!change) return "nothing";
    return std::string(name_of(change->fact.kind)) + " " + change->fact.id +
           (change->ends_rights ? " ends" : "") + (change->revokes_credentials ? " revokes" : "");
  };
  EXPECT_EQ(changed("session.revoked", R"({"accountId":"42"})"), "account 42 ends revokes");
  EXPECT_EQ(changed("venue.staff_removed", R"({"venueId":"7","accountId":"42"})"),
            "account 42 ends");
  EXPECT_EQ(changed("chat.participant_removed", R"({"roomId":"r","accountId":"42"})"),
            "room r ends");
  EXPECT_EQ(changed("booking.created", R"({"bookingId":"b_1"})"), "booking b_1");
  EXPECT_EQ(changed("chat.message_posted", R"({"roomId":"r","messageId":"m"})"), "message r\nm");
  EXPECT_EQ(changed("booking.cancelled", R"({"bookingId":"b_1"})"), "nothing");
}

// The smallest valid event of this type and subject.
std::string least_event(const EventFamily& family, std::string_view event,
                        const SubjectRule& subject_rule) {
  const std::string type = std::string(family.name).append(".").append(event);
  const std::string subject = std::string(subject_rule.kind) + ":x";
  JsonObject data;
  data.text(subject_rule.field, "x");
  for (const RequiredId& id : family.required) {
    if (id.event == event && id.field != subject_rule.field) data.text(id.field, "y");
  }
  const std::string text = data.take();
  return build_event({.id = "1",
                      .source = "/t",
                      .type = type,
                      .subject = subject,
                      .data_kind = DataKind::kJson,
                      .data = text});
}

// An accepted event that names no account, room or ticket would end no rights although its type
// says so.
TEST(RightsChange, NoEventIsTakenThatDoesNotSayWhoseRightsItEnds) {
  std::set<std::string> ending;
  for (const EventFamily& family : catalogue()) {
    for (const auto& [event, meaning] : family.events) {
      const std::string type = std::string(family.name).append(".").append(event);
      if (!may_end_rights(type)) continue;
      ending.insert(type);
      ASSERT_FALSE(family.subjects.empty()) << type;
      for (const SubjectRule& rule : family.subjects) {
        const std::string least = least_event(family, event, rule);
        ASSERT_TRUE(check_event(EventView(least))) << type;
        const auto change = rights_change(EventView(least));
        ASSERT_TRUE(change) << type << " of " << rule.kind;
        EXPECT_TRUE(change->ends_rights) << type;
      }
    }
  }
  EXPECT_THAT(ending, ElementsAre("account.role_changed", "chat.participant_added",
                                  "chat.participant_removed", "chat.room_opened", "session.revoked",
                                  "ticket.assigned", "ticket.opened", "venue.staff_added",
                                  "venue.staff_removed"));
}

}  // namespace
}  // namespace courtside
