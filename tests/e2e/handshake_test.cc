// Goal: a connection begins as PROTOCOL.md says, from the upgrade to `welcome`, and a violation is
// answered with an error.
#include <chrono>

#include "tests/e2e/support/server_test.h"

namespace courtside::e2e {
namespace {

using Handshake = ServerTest;

TEST_F(Handshake, WelcomeTellsWhatAClientNeeds) {
  Session empty = session();
  EXPECT_EQ(empty.welcome()["session"].text().substr(0, 2), "s_");
  EXPECT_TRUE(empty.welcome()["actor"].is_text());
  EXPECT_EQ(empty.head(), empty.epoch() + ":0");
  EXPECT_EQ(empty.welcome()["heartbeat"].number(), 25'000);
  EXPECT_EQ(empty.welcome()["maxmessage"].number(), 65'536);
  EXPECT_FALSE(empty.welcome().has("expiresin"));  // there was no token

  const std::string position = append_one(http, {.id = "1"});
  Session later = session();
  EXPECT_EQ(later.head(), position);
  EXPECT_EQ(later.epoch(), empty.epoch());
  EXPECT_NE(later.welcome()["session"].text(), empty.welcome()["session"].text());
}

TEST_F(Handshake, EpochOutlivesARestartAndEachLogHasItsOwn) {
  const std::string epoch = session().epoch();
  EXPECT_EQ(stop_server(), 0);
  server.start();
  EXPECT_EQ(session().epoch(), epoch);

  ServerProcess other;
  EXPECT_NE(Session(other.port()).epoch(), epoch);
}

TEST_F(Handshake, ChoosesASubprotocolThatWasOffered) {
  const auto chosen = [this](const std::vector<std::string>& offered) {
    WsClient ws(port(), {.subprotocols = offered});
    EXPECT_TRUE(ws.upgraded()) << ws.handshake().body;
    return ws.handshake().header("sec-websocket-protocol");
  };
  EXPECT_EQ(chosen({}), "");
  EXPECT_EQ(chosen({"courtside.v1.json"}), "courtside.v1.json");
  EXPECT_EQ(chosen({"courtside.v1.flatbuffers"}), "courtside.v1.flatbuffers");
  EXPECT_EQ(chosen({"graphql-ws", "courtside.v1.json"}), "courtside.v1.json");
  EXPECT_EQ(chosen({"bearer.YWJj", "courtside.v1.json"}), "courtside.v1.json");
}

TEST_F(Handshake, WhoOffersNoSubprotocolSpeaksJson) {
  Session plain(port(), {.subprotocols = {}});
  EXPECT_EQ(plain.head(), plain.epoch() + ":0");
}

TEST_F(Handshake, UnknownSubprotocolsAreRefusedWithTheKnownOnes) {
  WsClient ws(port(), {.subprotocols = {"mqtt", "graphql-ws"}});
  EXPECT_EQ(ws.handshake().status, 400);
  EXPECT_EQ(ws.handshake().header("content-type"), "application/problem+json");
  const Json problem = ws.handshake().json();
  EXPECT_EQ(problem["code"].text(), "unsupported_protocol");
  const std::string known(problem["details"]["known"].raw());
  for (const char* name : {"courtside.v1.json", "courtside.v1.flatbuffers", "cloudevents.json"}) {
    EXPECT_NE(known.find(json_string(name)), std::string::npos) << known;
  }
}

TEST_F(Handshake, WhatIsNoUpgradeIsToldSo) {
  const HttpResponse plain = http.get("/v1/ws");
  EXPECT_EQ(plain.status, 426);
  EXPECT_EQ(plain.json()["code"].text(), "upgrade_required");
  EXPECT_EQ(plain.header("upgrade"), "websocket");
  EXPECT_EQ(plain.header("connection"), "upgrade");
  EXPECT_NE(plain.body.find("a proxy dropped it"), std::string::npos) << plain.body;
  HttpClient proxied(port());
  proxied.write_raw(
      "GET /v1/ws HTTP/1.0\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
  const HttpResponse of_proxy = proxied.read_response();
  EXPECT_EQ(of_proxy.status, 426);
  EXPECT_EQ(of_proxy.header("connection"), "upgrade, close");
  EXPECT_NE(of_proxy.body.find("Usually a proxy sends it so"), std::string::npos) << of_proxy.body;

  const Headers upgrade = {{"Upgrade", "websocket"}, {"Connection", "Upgrade"}};
  const auto with = [&](Headers more) {
    more.insert(more.end(), upgrade.begin(), upgrade.end());
    return HttpClient(port()).send({.target = "/v1/ws", .headers = more});
  };
  const std::pair<std::string, std::string> key = {"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="};
  const std::pair<std::string, std::string> version = {"Sec-WebSocket-Version", "13"};
  EXPECT_EQ(with({version}).status, 400);                                     // no key
  EXPECT_EQ(with({version, {"Sec-WebSocket-Key", "c2hvcnQ="}}).status, 400);  // not 16 bytes
  const HttpResponse old = with({key, {"Sec-WebSocket-Version", "8"}});
  EXPECT_EQ(old.status, 426);
  EXPECT_EQ(old.header("sec-websocket-version"), "13");  // RFC 6455, section 4.2.2
}

// Both are off by default.
TEST_F(Handshake, NothingIsCompressedOrEchoedUnlessItIsConfigured) {
  const Headers offer = {{"Sec-WebSocket-Extensions", "permessage-deflate"}};
  WsClient ws(port(), {.headers = offer});
  EXPECT_TRUE(ws.upgraded());
  EXPECT_EQ(ws.handshake().header("sec-websocket-extensions"), "");
  EXPECT_EQ(WsClient(port(), {.path = "/v1/echo"}).handshake().status, 404);
  EXPECT_EQ(http.get("/v1/echo").body, http.get("/v1/echx").body);
}

TEST_F(Handshake, ForeignOriginsAreRefused) {
  WsClient foreign(port(), {.headers = {{"Origin", "https://evil.example"}}});
  EXPECT_EQ(foreign.handshake().status, 403);
  EXPECT_EQ(foreign.handshake().json()["code"].text(), "forbidden");

  ServerProcess open({"--allowed-origins", "https://play.example"});
  WsClient known(open.port(), {.headers = {{"Origin", "https://play.example"}}});
  EXPECT_TRUE(known.upgraded());
  WsClient unknown(open.port(), {.headers = {{"Origin", "https://evil.example"}}});
  EXPECT_EQ(unknown.handshake().status, 403);
}

TEST_F(Handshake, AnythingBeforeHelloIsABadRequestAndTheConnectionStays) {
  Session early = Session::silent(port());
  early.say(subscribe_message({.id = 7}));
  EXPECT_EQ(early.expect_error("bad_request")["id"].number(), 7);
  early.say(R"({"type":"ping"})");
  early.expect_error("bad_request");
  early.hello();
  early.subscribe({});
}

TEST_F(Handshake, SecondHelloIsABadRequestAndTheConnectionStays) {
  Session twice = session();
  twice.say(R"({"type":"hello"})");
  twice.expect_error("bad_request");
  twice.subscribe({});
}

TEST_F(Handshake, HelloNeedsNothingAndIgnoresWhatItDoesNotKnow) {
  Session brief = Session::silent(port());
  brief.say(R"({"type":"hello"})");
  brief.expect("welcome");
  Session wordy = Session::silent(port());
  wordy.say(R"({"colour":{"a":[1,null]},"client":"x/1","type":"hello","compress":true})");
  wordy.expect("welcome");
}

struct ImpatientHandshake : ServerTest {
  ImpatientHandshake() : ServerTest({"--limits-handshake", "400ms"}) {}
};

TEST_F(ImpatientHandshake, NoHelloInTimeCloses4408WhateverElseIsSaid) {
  const auto begin = std::chrono::steady_clock::now();
  Session silent = Session::silent(port());
  silent.say(R"({"type":"ping"})");
  silent.expect_error("bad_request");
  EXPECT_EQ(silent.read_to_end().code, 4408);
  EXPECT_GE(std::chrono::steady_clock::now() - begin, milliseconds(300));
}

TEST_F(ImpatientHandshake, HelloStopsTheClock) {
  Session prompt = session();
  Session silent = Session::silent(port());
  EXPECT_EQ(silent.read_to_end().code, 4408);  // the first one's time would be over, too
  prompt.subscribe({});
}

}  // namespace
}  // namespace courtside::e2e
