// Goal: the limits count who they are meant for: accounts by their id, callers without a credential
// by their address, services not at all.
#include "engine/doors/doors.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

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
  Doors doors(config_with(1), {});
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
  Doors doors(config_with(1), {});
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
  Doors doors(config_with(10), {});
  EXPECT_TRUE(doors.take_publish(account("42"), "192.0.2.1", kNowMs));
  doors.spend_publishes(account("42"), "192.0.2.1", kNowMs, 29);
  const Result<void> refused = doors.take_publish(account("42"), "192.0.2.1", kNowMs);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().details, R"({"retryafter":2100})");
}

TEST(Doors, PlacesAreOfAnAccountOrAnAddress) {
  Doors doors(config_with(1), {});
  auto place = doors.take_account_place(account("42"));
  ASSERT_TRUE(place);
  EXPECT_FALSE(doors.take_account_place(account("42")));
  EXPECT_TRUE(doors.take_account_place(account("43")));
  auto address = doors.take_address_place("192.0.2.1");
  ASSERT_TRUE(address);
  EXPECT_EQ(doors.take_address_place("192.0.2.1").error().code, Code::rate_limited);
}

// Somebody with many addresses, who reads as slowly as one may.
TEST(Doors, NobodiesHaveAQuarterOfThePlacesForHistory) {
  Config config;
  config.limits.history_streams = 8;
  config.limits.history_streams_per_account = 1;
  Doors doors(config, {});
  std::vector<Doors::HistoryPlace> places;
  const auto take = [&](const Identity& who, const std::string& address) -> std::string {
    auto place = doors.take_history_place(who, address);
    if (!place) return std::string(info(place.error().code).name);
    places.push_back(std::move(*place));
    return "taken";
  };
  EXPECT_EQ(take({}, "192.0.2.1"), "taken");
  EXPECT_EQ(take({}, "192.0.2.1"), "rate_limited");
  EXPECT_EQ(take({}, "192.0.2.2"), "taken");
  for (int i = 3; i < 20; ++i) {
    EXPECT_EQ(take({}, "192.0.2." + std::to_string(i)), "overloaded");
  }
  for (int i = 0; i < 6; ++i) EXPECT_EQ(take(account(std::to_string(i)), "192.0.2.1"), "taken");
  EXPECT_EQ(take(account("6"), "192.0.2.1"), "overloaded");
  places.clear();
  EXPECT_EQ(take({}, "192.0.2.3"), "taken");

  config.limits.history_streams = 1;
  Doors narrow(config, {});
  EXPECT_TRUE(narrow.take_history_place({}, "192.0.2.1")) << "one at least";
}

class DoorwayTest : public ::testing::Test {
 protected:
  Doorway doorway(std::string address) { return {doors, loop, std::move(address), {}}; }

  Loop loop;
  Doors doors{config_with(2), NetworkList::parse({"10.0.0.0/8"}).value()};
};

// What comes of a bad credential at this door.
std::string failed(Doorway& door) {
  return std::string(info(door.judged(fail(Code::unauthorized, "")).error().code).name);
}
std::string failed(Doorway&& door) { return failed(door); }

TEST_F(DoorwayTest, FailedLoginsSlowTheirAddressAndNobodyElse) {
  Doorway flood = doorway("192.0.2.1");
  for (int i = 0; i < 2; ++i) EXPECT_EQ(failed(flood), "unauthorized");
  EXPECT_EQ(failed(flood), "rate_limited");
  EXPECT_EQ(failed(doorway("192.0.2.1")), "rate_limited") << "another connection from there";
  EXPECT_EQ(failed(doorway("192.0.2.2")), "unauthorized");
  EXPECT_TRUE(flood.judged(account("42"))) << "a good one is taken all the same";
}

TEST_F(DoorwayTest, WhatIsOurFaultOrWasGoodOnceIsNoFailedLogin) {
  Doorway peer = doorway("192.0.2.1");
  for (int i = 0; i < 10; ++i) {
    EXPECT_TRUE(peer.judged(account("42")));
    EXPECT_EQ(peer.judged(fail(Code::overloaded, "")).error().code, Code::overloaded);
    EXPECT_EQ(peer.judged(fail(Code::token_expired, "")).error().code, Code::token_expired);
    const Error revoked{Code::unauthorized, "the token was revoked", R"({"reason":"revoked"})"};
    EXPECT_EQ(peer.judged(fail(revoked)).error().code, Code::unauthorized);
  }
  EXPECT_EQ(failed(peer), "unauthorized");
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

HttpHeaders forwarded(std::string client) {
  return {{"x-forwarded-for", std::move(client)}, {"x-forwarded-proto", "https"}};
}

TEST_F(DoorwayTest, BehindAProxyEachRequestHasAClientOfItsOwn) {
  Doorway proxy = doorway("10.0.0.1");
  for (int i = 0; i < 2; ++i) {
    EXPECT_TRUE(proxy.on_request(forwarded("192.0.2.1")));
    EXPECT_EQ(failed(proxy), "unauthorized");
  }
  EXPECT_EQ(failed(proxy), "rate_limited");
  EXPECT_TRUE(proxy.on_request(forwarded("192.0.2.2")));
  EXPECT_EQ(failed(proxy), "unauthorized");
  EXPECT_EQ(proxy.address(), "192.0.2.2");
  EXPECT_EQ(failed(doorway("192.0.2.1")), "rate_limited") << "it is the same one from elsewhere";
}

TEST_F(DoorwayTest, NobodyElseIsBelieved) {
  Doorway stranger = doorway("192.0.2.1");
  for (int i = 0; i < 2; ++i) {
    EXPECT_TRUE(stranger.on_request(forwarded("198.51.100." + std::to_string(i))));
    EXPECT_EQ(failed(stranger), "unauthorized");
  }
  EXPECT_EQ(failed(stranger), "rate_limited");
  EXPECT_EQ(stranger.address(), "192.0.2.1");
}

// All that come through it count as one address, and nobody would know why they are slowed.
TEST_F(DoorwayTest, AProxyThatIsNotListedIsWarnedAboutOnce) {
  const auto log_of = [this](const HttpHeaders& headers) {
    testing::internal::CaptureStderr();
    EXPECT_TRUE(doorway("127.0.0.1").on_request(headers));
    return testing::internal::GetCapturedStderr();
  };
  EXPECT_EQ(log_of({{"host", "localhost"}}), "");
  const std::string warning = log_of({{"forwarded", "for=192.0.2.1"}});
  EXPECT_NE(warning.find("trusted_proxies does not list it"), std::string::npos) << warning;
  EXPECT_EQ(log_of({{"x-forwarded-for", "192.0.2.1"}}), "");
  Doors others{config_with(2), {}};
  testing::internal::CaptureStderr();
  EXPECT_TRUE(Doorway(others, loop, "127.0.0.1", {}).on_request(forwarded("192.0.2.1")));
  EXPECT_NE(testing::internal::GetCapturedStderr(), "");
  testing::internal::CaptureStderr();
  EXPECT_TRUE(doorway("10.0.0.1").on_request(forwarded("192.0.2.1")));
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "") << "a listed one";
}

TEST_F(DoorwayTest, ClientsOfAProxyHaveTheirPlacesAsSessions) {
  std::vector<std::unique_ptr<Doorway>> open;
  const auto enters = [&](const std::string& client) {
    open.push_back(std::make_unique<Doorway>(doorway("10.0.0.1")));
    EXPECT_TRUE(open.back()->on_request(forwarded(client)));
    return open.back()->take_place(Identity{}).has_value();
  };
  EXPECT_TRUE(enters("192.0.2.1"));
  EXPECT_TRUE(enters("192.0.2.1"));
  EXPECT_FALSE(enters("192.0.2.1"));
  EXPECT_TRUE(enters("192.0.2.2"));
  EXPECT_FALSE(doors.take_address_place("192.0.2.1"));
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(enters("10.0.0.7")) << "a proxy for itself";
  open.clear();
  EXPECT_TRUE(enters("192.0.2.1"));
}

TEST_F(DoorwayTest, APROXYHeaderTakesThePlaceAtOnce) {
  Doorway first = doorway("10.0.0.1");
  Doorway second = doorway("10.0.0.1");
  Doorway third = doorway("10.0.0.1");
  EXPECT_TRUE(first.on_proxy_header("192.0.2.1"));
  EXPECT_TRUE(second.on_proxy_header("192.0.2.1"));
  EXPECT_FALSE(third.on_proxy_header("192.0.2.1"));
  EXPECT_TRUE(third.on_proxy_header("10.0.0.1"));
  EXPECT_TRUE(first.on_request(forwarded("198.51.100.1")));
  EXPECT_EQ(first.address(), "192.0.2.1") << "who is no proxy is not believed";
}

Config exposed(std::string listen) {
  Config config;
  config.listen = std::move(listen);
  return config;
}

TEST(Exposure, PlainTextIsForThisMachineAndListedProxies) {
  const NetworkList proxies = NetworkList::parse({"10.0.0.0/8"}).value();
  const Doors open(exposed("0.0.0.0:8080"), proxies);
  for (const char* address : {"127.0.0.1", "127.0.0.2", "::1", "10.0.0.1", "10.255.255.255"}) {
    EXPECT_TRUE(open.admits_plain(address)) << address;
  }
  for (const char* address :
       {"11.0.0.1", "192.168.0.1", "192.0.2.1", "2001:db8::1", "fe80::1", ""}) {
    EXPECT_FALSE(open.admits_plain(address)) << address;
  }
  EXPECT_TRUE(Doors(exposed("127.0.0.1:8080"), {}).admits_plain("192.0.2.1"));
}

TEST(Exposure, WhatAProxySaysCameInPlainTextIsRefused) {
  const Loop loop;
  const HttpHeaders plain = {{"x-forwarded-for", "192.0.2.1"}, {"x-forwarded-proto", "http"}};
  const NetworkList proxies = NetworkList::parse({"10.0.0.1"}).value();
  Doors open(exposed("0.0.0.0:8080"), proxies);
  EXPECT_EQ(Doorway(open, loop, "10.0.0.1", {}).on_request(plain).error().code, Code::forbidden);
  EXPECT_TRUE(Doorway(open, loop, "10.0.0.1", {}).on_request(forwarded("192.0.2.1")));
  EXPECT_TRUE(Doorway(open, loop, "10.0.0.1", {}).on_request({}));
  EXPECT_TRUE(Doorway(open, loop, "127.0.0.1", {}).on_request(plain)) << "which nobody believes";
  Doors local(exposed("127.0.0.1:8080"), proxies);
  EXPECT_TRUE(Doorway(local, loop, "10.0.0.1", {}).on_request(plain));
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
