// Goal: a valid token is accepted at every interface and in every way that PROTOCOL.md names; an
// invalid one is refused there with 401, or with close code 4401 after `hello`.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/base64url.h"
#include "tests/e2e/access/support/access_test.h"

namespace courtside::e2e {
namespace {

constexpr const char* kHolder = "account-USER";

struct TokenCarriers : AccessTest {
  TokenCarriers() : AccessTest({"--drain", "100ms"}) {}

  // The server's answer to the upgrade with this subprotocol entry: the status, the close code that
  // follows, or the actor of `welcome`.
  std::string by_subprotocol(const std::string& entry) {
    return said_by({.subprotocols = {"courtside.v1.json", entry}}, R"({"type":"hello"})");
  }
  std::string by_header(const std::string& token) {
    return said_by({.headers = bearer(token)}, R"({"type":"hello"})");
  }
  std::string by_hello(const std::string& token) {
    return said_by({}, R"({"type":"hello","token":)" + json_string(token) + "}");
  }
  std::string by_http(const std::string& token) {
    HttpClient client(port(), bearer(token));
    return std::to_string(client.get("/v1/events?channel=user:" + std::string(kHolder)).status);
  }

  const std::string good = platform.token(kHolder);

  std::string said_by(const WsClient::Options& options, const std::string& hello) {
    WsClient client(port(), options);
    if (!client.upgraded()) return std::to_string(client.handshake().status);
    client.send_text(hello);
    const Incoming answer = client.receive();
    if (answer.kind == Incoming::Kind::kClose) return std::to_string(answer.close_code);
    return Json::parse(answer.payload)["actor"].text();
  }
};

TEST_F(TokenCarriers, AGoodOneIsTakenHoweverItTravels) {
  EXPECT_EQ(by_header(good), kHolder);
  EXPECT_EQ(by_subprotocol("bearer." + good), kHolder);
  EXPECT_EQ(by_subprotocol("bearer." + base64url_encode(good)), kHolder);
  EXPECT_EQ(by_subprotocol("bearer." + base64url_encode(kServiceKey)), "http-backend");
  EXPECT_EQ(by_hello(good), kHolder);
  EXPECT_EQ(by_http(good), "200");
}

TEST_F(TokenCarriers, WithoutOneTheCallerIsNobody) {
  EXPECT_EQ(said_by({}, R"({"type":"hello"})"), "anonymous");
  EXPECT_EQ(by_http(""), "401");
  EXPECT_EQ(by_hello(""), "4401") << "an empty one is none";
}

TEST_F(TokenCarriers, ABadOneIsRefusedAtEach) {
  const std::string claims = good.substr(good.find('.'));
  const std::vector<std::string> forged = {
      good.substr(0, good.rfind('.') + 1),             // no signature
      good.substr(0, good.size() - 4) + "AAAA",        // a wrong signature
      base64url_encode(R"({"alg":"none"})") + claims,  // alg none
      base64url_encode(R"({"alg":"none"})") + claims.substr(0, claims.rfind('.') + 1),
      base64url_encode(R"({"alg":"RS256"})") + claims,  // a wrong alg
      base64url_encode(R"({"alg":"HS256","kid":"../../etc/passwd"})") + claims,
      base64url_encode(R"({"alg":"HS256","jku":"http://127.0.0.1:1/"})") + claims,
      "a.b.c",
      "....",
      "no key of any service, but as long as one",
      std::string(7000, 'a') + ".b.c",
  };
  for (const std::string& token : forged) {
    const std::string shown = token.substr(0, 60);
    EXPECT_EQ(by_header(token), "401") << shown;
    EXPECT_EQ(by_http(token), "401") << shown;
    EXPECT_EQ(by_hello(token), "4401") << shown;
  }
}

}  // namespace
}  // namespace courtside::e2e
