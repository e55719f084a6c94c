// Goal: limits count accounts by id and anonymous callers by address; services have none.
#include "engine/admission/admission.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/admission/connection_admission.h"
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

TEST(Admission, RatesAreOfAccountsAndOfAddressesWithoutOne) {
  Admission admission(config_with(1), {});
  EXPECT_TRUE(admission.take_subscribe(account("42"), "192.0.2.1", kNowMs));
  const Result<void> refused = admission.take_subscribe(account("42"), "192.0.2.2", kNowMs);
  ASSERT_FALSE(refused) << "an account is the same from everywhere";
  EXPECT_EQ(refused.error().code, Code::rate_limited);
  EXPECT_EQ(refused.error().details, R"({"retryafter":1000})");
  EXPECT_TRUE(admission.take_subscribe(account("43"), "192.0.2.1", kNowMs));
  EXPECT_TRUE(admission.take_publish(account("42"), "192.0.2.1", kNowMs)) << "is counted by itself";

  EXPECT_TRUE(admission.take_subscribe(Identity{}, "192.0.2.1", kNowMs));
  EXPECT_FALSE(admission.take_subscribe(Identity{}, "192.0.2.1", kNowMs));
  EXPECT_TRUE(admission.take_subscribe(Identity{}, "192.0.2.2", kNowMs));
}

TEST(Admission, TakesOverChangedLimitsAndProxies) {
  Admission admission(config_with(1), {});
  const auto subscribes_at = [&](std::uint64_t now_ms) {
    return admission.take_subscribe(account("42"), "192.0.2.1", now_ms).has_value();
  };
  EXPECT_TRUE(subscribes_at(kNowMs));
  EXPECT_FALSE(subscribes_at(kNowMs + 200));
  const auto first = admission.lease_session(account("42"), "192.0.2.1");
  EXPECT_FALSE(admission.lease_session(account("42"), "192.0.2.1"));
  EXPECT_FALSE(admission.is_proxy("198.51.100.7"));

  admission.apply(config_with(5), *NetworkList::parse({"198.51.100.0/24"}));
  EXPECT_TRUE(subscribes_at(kNowMs + 200)) << "a token comes back five times as fast";
  EXPECT_FALSE(subscribes_at(kNowMs + 200));
  EXPECT_TRUE(admission.lease_session(account("42"), "192.0.2.1"));
  EXPECT_TRUE(admission.is_proxy("198.51.100.7"));

  admission.apply(config_with(0), {});
  EXPECT_TRUE(subscribes_at(kNowMs + 200));
  EXPECT_TRUE(subscribes_at(kNowMs + 200)) << "0: unlimited";
}

TEST(Admission, ServicesAndAdministratorsHaveNone) {
  Admission admission(config_with(1), {});
  for (const auto kind : {Identity::Kind::kService, Identity::Kind::kAdministrator}) {
    const Identity identity{.kind = kind, .actor = "http-backend"};
    for (int i = 0; i < 100; ++i) {
      EXPECT_TRUE(admission.take_subscribe(identity, "192.0.2.1", kNowMs));
      EXPECT_TRUE(admission.take_publish(identity, "192.0.2.1", kNowMs));
      admission.spend_publishes(identity, "192.0.2.1", kNowMs, 1000);
    }
    EXPECT_TRUE(admission.lease_session(identity, "192.0.2.1"));
  }
}

TEST(Admission, ABatchIsPaidForByWaiting) {
  Admission admission(config_with(10), {});
  EXPECT_TRUE(admission.take_publish(account("42"), "192.0.2.1", kNowMs));
  admission.spend_publishes(account("42"), "192.0.2.1", kNowMs, 29);
  const Result<void> refused = admission.take_publish(account("42"), "192.0.2.1", kNowMs);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().details, R"({"retryafter":2100})");
}

TEST(Admission, PlacesAreOfAnAccountOrAnAddress) {
  Admission admission(config_with(1), {});
  auto place = admission.lease_session(account("42"), "192.0.2.1");
  ASSERT_TRUE(place);
  EXPECT_FALSE(admission.lease_session(account("42"), "192.0.2.1"));
  EXPECT_TRUE(admission.lease_session(account("43"), "192.0.2.1"));
  auto address = admission.lease_address("192.0.2.1");
  ASSERT_TRUE(address);
  EXPECT_EQ(admission.lease_address("192.0.2.1").error().code, Code::rate_limited);
}

TEST(Admission, WithoutATokenSessionsSubscriptionsAndChannelsAreOfTheAddress) {
  Config config;
  config.limits.anonymous_sessions = 1;
  config.limits.anonymous_subscriptions = 2;
  config.limits.anonymous_channels = 100;
  Admission admission(config, {});
  const Identity nobody;
  const auto session = admission.lease_session(nobody, "2001:db8::1");
  ASSERT_TRUE(session);
  EXPECT_EQ(admission.lease_session(nobody, "2001:db8::2").error().code, Code::rate_limited)
      << "the same /64";
  EXPECT_TRUE(admission.lease_session(nobody, "2001:db8:0:1::1"));

  auto first = admission.lease_subscription(nobody, "192.0.2.1", 60);
  ASSERT_TRUE(first);
  EXPECT_FALSE(admission.lease_subscription(nobody, "192.0.2.1", 41)) << "too many channels";
  auto second = admission.lease_subscription(nobody, "192.0.2.1", 40);
  ASSERT_TRUE(second) << "the refused one left nothing behind";
  EXPECT_FALSE(admission.lease_subscription(nobody, "192.0.2.1", 0)) << "too many subscriptions";
  EXPECT_TRUE(admission.lease_subscription(nobody, "192.0.2.2", 100));
  first = fail(Code::not_found, "");
  EXPECT_TRUE(admission.lease_subscription(nobody, "192.0.2.1", 60));

  std::vector<Admission::SubscriptionLeases> many;
  for (int i = 0; i < 10; ++i) {
    auto place = admission.lease_subscription(account("42"), "192.0.2.1", 1000);
    ASSERT_TRUE(place);
    many.push_back(std::move(*place));
  }
}

TEST(Admission, BodiesOfOneCallerAreAPartOfAllAndServicesHaveNoPart) {
  Config config;
  config.limits.body_bytes = 100;
  config.limits.pending_body_bytes = 1600;  // an eighth of it is 200
  Admission admission(config, {});
  std::vector<Admission::BodyLeases> held;
  const auto take = [&](const Identity& who, std::size_t bytes) -> std::string {
    auto room = admission.lease_body(who, "192.0.2.1", bytes);
    if (!room) return std::string(info(room.error().code).name);
    held.push_back(std::move(*room));
    return "taken";
  };
  EXPECT_EQ(take(account("42"), 100), "taken");
  EXPECT_EQ(take(account("42"), 100), "taken");
  EXPECT_EQ(take(account("42"), 1), "overloaded");
  EXPECT_EQ(take(account("43"), 100), "taken");
  const Identity service{.kind = Identity::Kind::kService, .actor = "backend"};
  for (int i = 0; i < 13; ++i) EXPECT_EQ(take(service, 100), "taken") << i;
  EXPECT_EQ(admission.body_bytes(), 1600u);
  EXPECT_EQ(take(service, 1), "overloaded");
  held.clear();
  EXPECT_EQ(admission.body_bytes(), 0u);
  EXPECT_EQ(take(service, 100), "taken");
}

// An anonymous reader with many addresses that reads as slowly as allowed.
TEST(Admission, NobodiesHaveAQuarterOfThePlacesForHistory) {
  Config config;
  config.limits.history_streams = 8;
  config.limits.history_streams_per_account = 1;
  Admission admission(config, {});
  std::vector<Admission::HistoryLeases> places;
  const auto take = [&](const Identity& who, const std::string& address) -> std::string {
    auto place = admission.lease_history(who, address);
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
  Admission narrow(config, {});
  EXPECT_TRUE(narrow.lease_history({}, "192.0.2.1")) << "one at least";
}

class ConnectionAdmissionTest : public ::testing::Test {
 protected:
  ConnectionAdmission connection_admission(std::string address) {
    return {admission, loop, std::move(address), {}};
  }

  Loop loop;
  Admission admission{config_with(2), NetworkList::parse({"10.0.0.0/8"}).value()};
};

// The error code for an invalid credential on this connection.
std::string failed(ConnectionAdmission& admission) {
  return std::string(
      info(admission.count_if_invalid(fail(Code::unauthorized, "")).error().code).name);
}
std::string failed(ConnectionAdmission&& admission) { return failed(admission); }

TEST_F(ConnectionAdmissionTest, ASessionWithoutATokenBecomesAnAccountsWithAnotherPlace) {
  Config config = config_with(0);
  config.limits.anonymous_sessions = 1;
  Admission narrow(config, {});
  ConnectionAdmission first(narrow, loop, "192.0.2.1", {});
  ConnectionAdmission second(narrow, loop, "192.0.2.1", {});
  EXPECT_TRUE(first.take_address_place());
  EXPECT_TRUE(second.take_place(Identity{})) << "who has not logged in yet takes no place";
  EXPECT_EQ(first.take_place(Identity{}).error().code, Code::rate_limited);
  EXPECT_TRUE(second.take_place(Identity{})) << "it has its place";
  EXPECT_TRUE(second.take_place(account("42")));
  EXPECT_TRUE(first.take_place(Identity{}));
}

TEST_F(ConnectionAdmissionTest, FailedLoginsSlowTheirAddressAndNobodyElse) {
  ConnectionAdmission flood = connection_admission("192.0.2.1");
  for (int i = 0; i < 2; ++i) EXPECT_EQ(failed(flood), "unauthorized");
  EXPECT_EQ(failed(flood), "rate_limited");
  EXPECT_EQ(failed(connection_admission("192.0.2.1")), "rate_limited")
      << "another connection from there";
  EXPECT_EQ(failed(connection_admission("192.0.2.2")), "unauthorized");
  EXPECT_TRUE(flood.count_if_invalid(account("42"))) << "a good one is taken all the same";
}

TEST_F(ConnectionAdmissionTest, WhatIsOurFaultOrWasGoodOnceIsNoFailedLogin) {
  ConnectionAdmission peer = connection_admission("192.0.2.1");
  for (int i = 0; i < 10; ++i) {
    EXPECT_TRUE(peer.count_if_invalid(account("42")));
    EXPECT_EQ(peer.count_if_invalid(fail(Code::overloaded, "")).error().code, Code::overloaded);
    EXPECT_EQ(peer.count_if_invalid(fail(Code::token_expired, "")).error().code,
              Code::token_expired);
    const Error revoked{Code::unauthorized, "the token was revoked", R"({"reason":"revoked"})"};
    EXPECT_EQ(peer.count_if_invalid(fail(revoked)).error().code, Code::unauthorized);
  }
  EXPECT_EQ(failed(peer), "unauthorized");
}

TEST_F(ConnectionAdmissionTest, AnAccountTakesOnePlaceAConnection) {
  ConnectionAdmission first = connection_admission("192.0.2.1");
  {
    ConnectionAdmission second = connection_admission("192.0.2.1");
    for (int i = 0; i < 10; ++i) {
      EXPECT_TRUE(first.take_place(account("42")));
      EXPECT_TRUE(second.with_leases(account("42"))) << "a refresh takes no second place";
    }
    ConnectionAdmission third = connection_admission("192.0.2.1");
    EXPECT_EQ(third.with_leases(account("42")).error().code, Code::rate_limited);
    EXPECT_TRUE(second.take_place(account("43"))) << "which gives the other back";
    EXPECT_TRUE(third.take_place(account("42")));
  }
  EXPECT_TRUE(connection_admission("192.0.2.1").take_place(account("42")));
}

HttpHeaders forwarded(std::string client) {
  return {{"x-forwarded-for", std::move(client)}, {"x-forwarded-proto", "https"}};
}

TEST_F(ConnectionAdmissionTest, BehindAProxyEachRequestHasAClientOfItsOwn) {
  ConnectionAdmission proxy = connection_admission("10.0.0.1");
  for (int i = 0; i < 2; ++i) {
    EXPECT_TRUE(proxy.on_request(forwarded("192.0.2.1")));
    EXPECT_EQ(failed(proxy), "unauthorized");
  }
  EXPECT_EQ(failed(proxy), "rate_limited");
  EXPECT_TRUE(proxy.on_request(forwarded("192.0.2.2")));
  EXPECT_EQ(failed(proxy), "unauthorized");
  EXPECT_EQ(proxy.address(), "192.0.2.2");
  EXPECT_EQ(failed(connection_admission("192.0.2.1")), "rate_limited")
      << "it is the same one from elsewhere";
}

TEST_F(ConnectionAdmissionTest, NobodyElseIsBelieved) {
  ConnectionAdmission stranger = connection_admission("192.0.2.1");
  for (int i = 0; i < 2; ++i) {
    EXPECT_TRUE(stranger.on_request(forwarded("198.51.100." + std::to_string(i))));
    EXPECT_EQ(failed(stranger), "unauthorized");
  }
  EXPECT_EQ(failed(stranger), "rate_limited");
  EXPECT_EQ(stranger.address(), "192.0.2.1");
}

// All clients behind the proxy count as one address, so the log must explain why they are slowed.
TEST_F(ConnectionAdmissionTest, AProxyThatIsNotListedIsWarnedAboutOnce) {
  const auto log_of = [this](const HttpHeaders& headers) {
    testing::internal::CaptureStderr();
    EXPECT_TRUE(connection_admission("127.0.0.1").on_request(headers));
    return testing::internal::GetCapturedStderr();
  };
  EXPECT_EQ(log_of({{"host", "localhost"}}), "");
  const std::string warning = log_of({{"forwarded", "for=192.0.2.1"}});
  EXPECT_NE(warning.find("trusted_proxies does not list it"), std::string::npos) << warning;
  EXPECT_EQ(log_of({{"x-forwarded-for", "192.0.2.1"}}), "");
  Admission others{config_with(2), {}};
  testing::internal::CaptureStderr();
  EXPECT_TRUE(
      ConnectionAdmission(others, loop, "127.0.0.1", {}).on_request(forwarded("192.0.2.1")));
  EXPECT_NE(testing::internal::GetCapturedStderr(), "");
  testing::internal::CaptureStderr();
  EXPECT_TRUE(connection_admission("10.0.0.1").on_request(forwarded("192.0.2.1")));
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "") << "a listed one";
}

TEST_F(ConnectionAdmissionTest, ClientsOfAProxyHaveTheirPlacesAsSessions) {
  std::vector<std::unique_ptr<ConnectionAdmission>> open;
  const auto enters = [&](const std::string& client) {
    open.push_back(std::make_unique<ConnectionAdmission>(connection_admission("10.0.0.1")));
    EXPECT_TRUE(open.back()->on_request(forwarded(client)));
    return open.back()->take_place(Identity{}).has_value();
  };
  EXPECT_TRUE(enters("192.0.2.1"));
  EXPECT_TRUE(enters("192.0.2.1"));
  EXPECT_FALSE(enters("192.0.2.1"));
  EXPECT_TRUE(enters("192.0.2.2"));
  EXPECT_FALSE(admission.lease_address("192.0.2.1"));
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(enters("10.0.0.7")) << "a proxy for itself";
  open.clear();
  EXPECT_TRUE(enters("192.0.2.1"));
}

TEST_F(ConnectionAdmissionTest, APROXYHeaderTakesThePlaceAtOnce) {
  ConnectionAdmission first = connection_admission("10.0.0.1");
  ConnectionAdmission second = connection_admission("10.0.0.1");
  ConnectionAdmission third = connection_admission("10.0.0.1");
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
  const Admission open(exposed("0.0.0.0:8080"), proxies);
  for (const char* address : {"127.0.0.1", "127.0.0.2", "::1", "10.0.0.1", "10.255.255.255"}) {
    EXPECT_TRUE(open.admits_peer(address)) << address;
  }
  for (const char* address :
       {"11.0.0.1", "192.168.0.1", "192.0.2.1", "2001:db8::1", "fe80::1", ""}) {
    EXPECT_FALSE(open.admits_peer(address)) << address;
  }
  EXPECT_TRUE(Admission(exposed("127.0.0.1:8080"), {}).admits_peer("192.0.2.1"));
}

TEST(Exposure, WhatAProxySaysCameInPlainTextIsRefused) {
  const Loop loop;
  const HttpHeaders plain = {{"x-forwarded-for", "192.0.2.1"}, {"x-forwarded-proto", "http"}};
  const NetworkList proxies = NetworkList::parse({"10.0.0.1"}).value();
  Admission open(exposed("0.0.0.0:8080"), proxies);
  EXPECT_EQ(ConnectionAdmission(open, loop, "10.0.0.1", {}).on_request(plain).error().code,
            Code::forbidden);
  EXPECT_TRUE(ConnectionAdmission(open, loop, "10.0.0.1", {}).on_request(forwarded("192.0.2.1")));
  EXPECT_TRUE(ConnectionAdmission(open, loop, "10.0.0.1", {}).on_request({}));
  EXPECT_TRUE(ConnectionAdmission(open, loop, "127.0.0.1", {}).on_request(plain))
      << "which nobody believes";
  Admission local(exposed("127.0.0.1:8080"), proxies);
  EXPECT_TRUE(ConnectionAdmission(local, loop, "10.0.0.1", {}).on_request(plain));
}

TEST_F(ConnectionAdmissionTest, CountsWhatItRefusesOnce) {
  ConnectionAdmission peer = connection_admission("192.0.2.1");
  EXPECT_FALSE(peer.counted(Result<int>(fail(Code::forbidden, ""))));
  EXPECT_TRUE(peer.counted(Result<int>(1)));
  EXPECT_FALSE(peer.counted(Result<int>(fail(Code::overloaded, ""))));
  EXPECT_EQ(admission.denials().total(Denial::kForbidden), 1u);
}

}  // namespace
}  // namespace courtside
