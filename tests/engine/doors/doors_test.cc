// Goal: the limits count who they are meant for: accounts by their id, callers without a credential
// by their address, services not at all.
#include "engine/doors/doors.h"

#include <gtest/gtest.h>

#include "engine/doors/doorway.h"
#include "transport/loop.h"

namespace courtside {
namespace {

constexpr std::uint64_t kNowMs = 5'000'000;

Identity account(std::string id) {
  return {.kind = Identity::Kind::kAccount, .actor = std::move(id)};
}

Config config_with(std::uint64_t limit) {
  Config config;
  config.limits.subscribes_per_second = limit;
  config.limits.publishes_per_second = limit;
  config.limits.failed_logins_per_minute = limit;
  config.limits.connections_per_account = limit;
  config.limits.connections_per_address = limit;
  return config;
}

TEST(Doors, RatesAreOfAccountsAndOfAddressesWithoutOne) {
  Doors doors(config_with(1));
  EXPECT_TRUE(doors.take_subscribe(account("42"), "192.0.2.1", kNowMs));
  const Result<void> refused = doors.take_subscribe(account("42"), "192.0.2.2", kNowMs);
  ASSERT_FALSE(refused) << "an account is the same from everywhere";
  EXPECT_EQ(refused.error().code, Code::rate_limited);
  EXPECT_EQ(refused.error().details, R"({"retryafter":1000})");
  EXPECT_TRUE(doors.take_subscribe(account("43"), "192.0.2.1", kNowMs));
  EXPECT_TRUE(doors.take_publish(account("42"), "192.0.2.1", kNowMs)) << "is counted by itself";

  EXPECT_TRUE(doors.take_subscribe(Identity{}, "192.0.2.1", kNowMs));
  EXPECT_FALSE(doors.take_subscribe(Identity{}, "192.0.2.1", kNowMs));
  EXPECT_TRUE(doors.take_subscribe(Identity{}, "192.0.2.2", kNowMs));
}

TEST(Doors, ServicesAndAdministratorsHaveNone) {
  Doors doors(config_with(1));
  for (const auto kind : {Identity::Kind::kService, Identity::Kind::kAdministrator}) {
    const Identity identity{.kind = kind, .actor = "http-backend"};
    for (int i = 0; i < 100; ++i) {
      EXPECT_TRUE(doors.take_subscribe(identity, "192.0.2.1", kNowMs));
      EXPECT_TRUE(doors.take_publish(identity, "192.0.2.1", kNowMs));
      doors.spend_publishes(identity, "192.0.2.1", kNowMs, 1000);
    }
    EXPECT_TRUE(doors.take_account_place(identity));
  }
}

TEST(Doors, ABatchIsPaidForByWaiting) {
  Doors doors(config_with(10));
  EXPECT_TRUE(doors.take_publish(account("42"), "192.0.2.1", kNowMs));
  doors.spend_publishes(account("42"), "192.0.2.1", kNowMs, 29);
  const Result<void> refused = doors.take_publish(account("42"), "192.0.2.1", kNowMs);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().details, R"({"retryafter":2100})");
}

TEST(Doors, PlacesAreOfAnAccountOrAnAddress) {
  Doors doors(config_with(1));
  auto place = doors.take_account_place(account("42"));
  ASSERT_TRUE(place);
  EXPECT_FALSE(doors.take_account_place(account("42")));
  EXPECT_TRUE(doors.take_account_place(account("43")));
  auto address = doors.take_address_place("192.0.2.1");
  ASSERT_TRUE(address);
  EXPECT_EQ(doors.take_address_place("192.0.2.1").error().code, Code::rate_limited);
}

class DoorwayTest : public ::testing::Test {
 protected:
  Doorway doorway(std::string address) { return {doors, loop, std::move(address), {}}; }

  Loop loop;
  Doors doors{config_with(2)};
};

TEST_F(DoorwayTest, FailedLoginsSlowTheirAddressAndNobodyElse) {
  Doorway flood = doorway("192.0.2.1");
  for (const Code code : {Code::unauthorized, Code::token_expired}) {
    EXPECT_TRUE(flood.check_login());
    flood.on_login(fail(code, ""));
  }
  EXPECT_FALSE(flood.check_login());
  EXPECT_FALSE(doorway("192.0.2.1").check_login()) << "another connection from there";
  EXPECT_TRUE(doorway("192.0.2.2").check_login());
}

TEST_F(DoorwayTest, WhatIsOurFaultOrWentWellIsNoFailedLogin) {
  Doorway peer = doorway("192.0.2.1");
  for (int i = 0; i < 10; ++i) {
    peer.on_login(account("42"));
    peer.on_login(fail(Code::overloaded, ""));
  }
  EXPECT_TRUE(peer.check_login());
}

TEST_F(DoorwayTest, AnAccountTakesOnePlaceAConnection) {
  Doorway first = doorway("192.0.2.1");
  {
    Doorway second = doorway("192.0.2.1");
    for (int i = 0; i < 10; ++i) {
      EXPECT_TRUE(first.take_place(account("42")));
      EXPECT_TRUE(second.admitted(account("42"))) << "a refresh takes no second place";
    }
    Doorway third = doorway("192.0.2.1");
    EXPECT_EQ(third.admitted(account("42")).error().code, Code::rate_limited);
    EXPECT_TRUE(second.take_place(account("43"))) << "which gives the other back";
    EXPECT_TRUE(third.take_place(account("42")));
  }
  EXPECT_TRUE(doorway("192.0.2.1").take_place(account("42")));
}

TEST_F(DoorwayTest, CountsWhatItRefusesOnce) {
  Doorway peer = doorway("192.0.2.1");
  EXPECT_FALSE(peer.counted(Result<int>(fail(Code::forbidden, ""))));
  EXPECT_TRUE(peer.counted(Result<int>(1)));
  EXPECT_FALSE(peer.counted(Result<int>(fail(Code::overloaded, ""))));
  EXPECT_EQ(doors.denials().total(Denial::kForbidden), 1u);
}

}  // namespace
}  // namespace courtside
