// Goal: who is refused at the door is refused there, told when to come back, and counted; and
// whoever comes from elsewhere notices nothing.
#include <fstream>

#include "tests/e2e/support/server_test.h"

namespace courtside::e2e {
namespace {

constexpr const char* kSecret = "0123456789abcdef0123456789abcdef";
constexpr const char* kServiceKey = "fedcba9876543210fedcba9876543210";
constexpr const char* kElsewhere = "127.0.0.2";

std::string token_of(const std::string& user, const std::string& role = "") {
  std::vector<std::string> command = {courtside_binary(), "token", "--user", user,
                                      "--secret",         kSecret};
  if (!role.empty()) command.insert(command.end(), {"--role", role});
  Process process(command);
  EXPECT_EQ(process.wait(), 0);
  std::string token = process.whole_output();
  while (!token.empty() && token.back() == '\n') token.pop_back();
  return token;
}

Headers bearer(const std::string& token) { return {{"Authorization", "Bearer " + token}}; }

std::string hello(const std::string& token) {
  return R"({"type":"hello","token":")" + token + R"("})";
}

class Doors : public ServerTest {
 protected:
  explicit Doors(std::vector<std::string> flags) : ServerTest(with_secret(std::move(flags))) {}

  static std::vector<std::string> with_secret(std::vector<std::string> flags) {
    flags.insert(flags.end(), {"--access-jwt-secret", kSecret});
    return flags;
  }

  // Asks for an event that is nobody's, coming from `from`.
  HttpResponse ask(const std::string& credential, const std::string& from = "", Headers more = {}) {
    HttpClient client(port());
    if (!from.empty()) client.socket() = Socket::connect(port(), 0, from);
    more.push_back({"Authorization", "Bearer " + credential});
    return client.send({.target = "/v1/events?channel=user:42", .headers = more});
  }

  double denied(const std::string& reason) {
    const std::string name = "courtside_denied_total{reason=\"" + reason + "\"} ";
    HttpClient admin(port(), bearer(token_of("9", "BMSP_SUPER_ADMIN")));
    const std::string page = admin.get("/metrics").body;
    const std::size_t at = page.find(name);
    return at == std::string::npos ? -1 : std::stod(page.substr(at + name.size()));
  }

  const std::string token = token_of("42");
};

// ---------------------------------------------------------------------------------------------

class OriginDoor : public Doors {
 protected:
  OriginDoor() : Doors({"--allowed-origins", "https://example.com"}) {}

  int status_with(const Headers& origins) {
    return WsClient(port(), {.headers = origins}).handshake().status;
  }
};

TEST_F(OriginDoor, OnlyTheListedOneOpensIt) {
  EXPECT_EQ(status_with({{"Origin", "https://example.com"}}), 101);
  EXPECT_EQ(status_with({}), 101);
  double refused = 0;
  for (const char* origin :
       {"https://evil.example", "null", "", "https://evil-example.com",
        "https://example.com.evil.net", "https://example.com:444", "https://example.com:443",
        "http://example.com", "https://example.com.", "https://user@example.com",
        "https://EXAMPLE.com", "https://example%2ecom", "https://example.com/path",
        "https://example.com/"}) {
    EXPECT_EQ(status_with({{"Origin", origin}}), 403) << origin;
    EXPECT_EQ(denied("origin"), ++refused) << origin;
  }
  const std::pair<std::string, std::string> good = {"Origin", "https://example.com"};
  const std::pair<std::string, std::string> bad = {"Origin", "https://evil.example"};
  EXPECT_EQ(status_with({good, bad}), 403);
  EXPECT_EQ(status_with({bad, good}), 403);
  EXPECT_EQ(status_with({good, good}), 403);
}

// A browser keeps from the page what is not listed, such as where an export ends.
TEST_F(OriginDoor, APageMayReadTheHeadersThatAreOurs) {
  for (const char* media : {"application/json", "application/x-ndjson", "text/csv"}) {
    HttpClient client(port(), {{"Origin", "https://example.com"}});
    const HttpResponse answer = client.get("/v1/events", media);
    EXPECT_EQ(answer.header("access-control-allow-origin"), "https://example.com");
    const std::string exposed = answer.header("access-control-expose-headers");
    for (const char* name : {"courtside-after", "courtside-through", "retry-after"}) {
      EXPECT_NE(exposed.find(name), std::string::npos) << media << ": " << exposed;
    }
    for (const auto& [name, value] : answer.headers) {
      const bool is_ours = name.starts_with("courtside-");
      EXPECT_TRUE(!is_ours || exposed.find(name) != std::string::npos) << name;
    }
  }
  HttpClient nobody(port());
  EXPECT_EQ(nobody.get("/v1/events").header("access-control-expose-headers"), "");
}

TEST_F(OriginDoor, IsTheSameForEveryPath) {
  for (const char* path : {"/v1/events", "/metrics", "/health", "/v1/subjects/a:b", "/nowhere"}) {
    for (const char* method : {"GET", "POST", "OPTIONS", "HEAD"}) {
      HttpClient client(port());
      client.write({method, path, {{"Origin", "https://evil.example"}}, {}});
      const bool has_body = std::string(method) != "HEAD";
      const HttpResponse answer = client.read_response(Deadline(), has_body);
      EXPECT_EQ(answer.status, 403) << method << " " << path;
      EXPECT_EQ(answer.header("access-control-allow-origin"), "") << method << " " << path;
    }
  }
}

// ---------------------------------------------------------------------------------------------

class LoginDoor : public Doors {
 protected:
  LoginDoor() : Doors({"--limits-failed-logins-per-minute", "5"}) {}

  void flood(const std::string& from) {
    for (int i = 0; i < 5; ++i) EXPECT_EQ(ask("not-a-token", from).status, 401) << i;
  }
};

TEST_F(LoginDoor, AFloodFromOneAddressIsSlowedAndTouchesNobodyElse) {
  flood(kElsewhere);
  const HttpResponse slowed = ask("not-a-token", kElsewhere);
  EXPECT_EQ(slowed.status, 429);
  EXPECT_EQ(slowed.json()["code"].text(), "rate_limited");
  const auto wait_ms = slowed.json()["details"]["retryafter"].number();
  EXPECT_GT(wait_ms, 0);
  EXPECT_LE(wait_ms, 12'000);
  EXPECT_LE(std::stoi(slowed.header("retry-after")), 12);
  EXPECT_EQ(ask(token, kElsewhere).status, 200) << "a good one is always looked at";
  for (int i = 0; i < 20; ++i) EXPECT_EQ(ask(token).status, 200);
  EXPECT_EQ(denied("unauthorized"), 5);
  EXPECT_EQ(denied("rate_limited"), 1);
}

TEST_F(LoginDoor, TheLogSaysWhoAskedForWhatFromWhereAndNoCredential) {
  Process& process = server.process();
  flood(kElsewhere);
  EXPECT_EQ(ask("not-a-token", kElsewhere).status, 429);
  EXPECT_EQ(http.get("/v1/events?channel=user:canary").status, 401);
  Session outsider(port(), {.headers = bearer(token)});
  outsider.say(subscribe_message({.channels = {"user:canary"}}));
  outsider.expect_error("forbidden");
  const std::string line = process.wait_for_output("denied: unauthorized, connection ");
  EXPECT_NE(line.find(std::string(" from ") + kElsewhere), std::string::npos) << line;
  process.wait_for_output("denied: rate_limited, connection ");
  process.wait_for_output(
      R"(denied: forbidden, caller \"42\", channel \"user:canary\", connection )");
  for (const std::string& private_word : {std::string("not-a-token"), token}) {
    EXPECT_EQ(process.output().find(private_word), std::string::npos) << private_word;
  }
}

TEST_F(LoginDoor, WhoCameWithoutACredentialIsNotSlowed) {
  flood("");
  EXPECT_EQ(http.get("/v1/events?channel=availability:v_1").status, 200);
  EXPECT_EQ(ask("not-a-token").status, 429);
}

TEST_F(LoginDoor, HelloIsClosedWith4429) {
  for (int i = 0; i < 5; ++i) {
    Session failing = Session::silent(port(), {.from = kElsewhere});
    failing.say(hello("not-a-token"));
    EXPECT_EQ(failing.read_to_end().code, 4401);
  }
  Session slowed = Session::silent(port(), {.from = kElsewhere});
  slowed.say(hello("not-a-token"));
  EXPECT_EQ(slowed.read_to_end().code, 4429);
  EXPECT_EQ(
      WsClient(port(), {.headers = bearer("not-a-token"), .from = kElsewhere}).handshake().status,
      429);
  Session other = Session::silent(port(), {.from = kElsewhere});
  other.say(hello(token));
  EXPECT_EQ(other.expect("welcome")["actor"].text(), "42");
}

TEST_F(LoginDoor, ASessionThatIsInStaysIn) {
  Session inside(port(), {.headers = bearer(token)});
  flood("");
  inside.say(R"({"type":"refresh","id":8,"token":"not-a-token"})");
  EXPECT_EQ(inside.expect_error("rate_limited")["id"].number(), 8);
  inside.say(R"({"type":"refresh","id":9,"token":")" + token + R"("})");
  EXPECT_EQ(inside.expect("ok")["id"].number(), 9);
  inside.subscribe({.channels = {"user:42"}});
}

// ---------------------------------------------------------------------------------------------

class RateDoor : public Doors {
 protected:
  RateDoor()
      : Doors({"--limits-subscribes-per-second", "3", "--limits-publishes-per-second", "3",
               "--limits-connections-per-account", "2", "--access-service-keys-file",
               keys().string()}) {}

  // Made before the server starts.
  const std::filesystem::path& keys() {
    static const TempFolder folder;
    static const std::filesystem::path file = folder.path() / "keys";
    std::ofstream(file) << "backend:" << kServiceKey << ":event:publish\n";
    std::filesystem::permissions(
        file, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    return file;
  }

  static std::string publish_message(int id) {
    return R"({"type":"publish","id":)" + std::to_string(id) + R"(,"event":)" +
           Draft{.id = std::to_string(id)}.json() + "}";
  }
};

TEST_F(RateDoor, SubscribesOfOneAccount) {
  Session session(port(), {.headers = bearer(token)});
  int refused = 0;
  for (int sub = 1; sub <= 10; ++sub) {
    session.say(subscribe_message({.sub = sub, .channels = {"user:42"}, .id = sub}));
  }
  for (int answered = 0; answered < 10;) {
    const Json answer = session.next();
    if (answer["type"].text() == "live") continue;
    ++answered;
    if (answer["type"].text() != "error") continue;
    ++refused;
    EXPECT_EQ(answer["code"].text(), "rate_limited");
    EXPECT_TRUE(answer["retryable"].boolean());
    EXPECT_GE(answer["details"]["retryafter"].number(), 1);
    EXPECT_LE(answer["details"]["retryafter"].number(), 334);
  }
  EXPECT_GE(refused, 1);
  EXPECT_LE(refused, 7);

  const std::string other = token_of("43");
  Session beside(port(), {.headers = bearer(other)});
  beside.subscribe({.channels = {"user:43"}});
}

TEST_F(RateDoor, PublishesOfOneAccountAndNoneOfAService) {
  Session session(port(), {.headers = bearer(token)});
  for (int id = 1; id <= 10; ++id) session.say(publish_message(id));
  int refused = 0;
  for (int id = 1; id <= 10; ++id) {
    const Json answer = session.expect("error");
    EXPECT_EQ(answer["id"].number(), id) << "in their order";
    if (answer["code"].text() == "rate_limited") ++refused;
  }
  EXPECT_GE(refused, 1);
  EXPECT_LE(refused, 7);

  int posts_refused = 0;
  for (int i = 0; i < 10; ++i) {
    const HttpResponse answer = http.post("/v1/events", "application/cloudevents+json",
                                          Draft{.id = "1"}.json(), bearer(token));
    EXPECT_TRUE(answer.status == 403 || answer.status == 429) << answer.status;
    if (answer.status != 429) continue;
    ++posts_refused;
    EXPECT_EQ(answer.header("retry-after"), "1");
  }
  EXPECT_GE(posts_refused, 1);
  for (int i = 0; i < 50; ++i) {
    EXPECT_EQ(http.post("/v1/events", "application/cloudevents+json",
                        Draft{.id = "s" + std::to_string(i)}.json(), bearer(kServiceKey))
                  .status,
              200);
  }
}

TEST_F(RateDoor, ConnectionsOfOneAccount) {
  Session first(port(), {.headers = bearer(token)});
  {
    SseClient stream(port(), "/v1/events?channel=availability:v_1");
    EXPECT_EQ(stream.head().status, 200) << "which is nobody's";
  }
  Session second = Session::silent(port());
  second.say(hello(token));
  second.expect("welcome");

  const HttpResponse upgrade = WsClient(port(), {.headers = bearer(token)}).handshake();
  EXPECT_EQ(upgrade.status, 429);
  EXPECT_EQ(upgrade.header("retry-after"), "5");
  Session third = Session::silent(port());
  third.say(hello(token));
  EXPECT_EQ(third.read_to_end().code, 4429);
  Headers stream = bearer(token);
  stream.push_back({"Accept", "text/event-stream"});
  EXPECT_EQ(http.send({.target = "/v1/events?channel=user:42", .headers = stream}).status, 429);
  EXPECT_EQ(ask(token).status, 200) << "plain requests are no sessions";

  first.ws().socket().close();
  const Deadline deadline;
  bool in = false;
  while (!in && !deadline.expired()) {
    in = WsClient(port(), {.headers = bearer(token)}).upgraded();
  }
  EXPECT_TRUE(in) << "the place that came free is given again";
}

// ---------------------------------------------------------------------------------------------

constexpr const char* kProxy = "127.0.0.3";

Headers forwarded_for(const std::string& clients) { return {{"X-Forwarded-For", clients}}; }

class ProxyDoor : public Doors {
 protected:
  ProxyDoor()
      : Doors({"--trusted-proxies", "127.0.0.3,10.0.0.0/8", "--limits-failed-logins-per-minute",
               "5", "--limits-connections-per-address", "2"}) {}

  int fail_login(const std::string& from, const std::string& clients) {
    return ask("not-a-token", from, forwarded_for(clients)).status;
  }
};

TEST_F(ProxyDoor, ItsClientsAreSlowedOneByOne) {
  for (int i = 0; i < 5; ++i) EXPECT_EQ(fail_login(kProxy, "192.0.2.1"), 401);
  EXPECT_EQ(fail_login(kProxy, "192.0.2.1"), 429);
  EXPECT_EQ(fail_login(kProxy, "192.0.2.7, 192.0.2.1, 10.0.0.9"), 429) << "by the rightmost one";
  EXPECT_EQ(ask(token, kProxy, forwarded_for("192.0.2.1, 192.0.2.7")).status, 200);
  EXPECT_EQ(ask(token, kProxy).status, 200);
}

TEST_F(ProxyDoor, WhatOthersSayOfThemselvesIsIgnored) {
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(fail_login(kElsewhere, "192.0.2." + std::to_string(i)), 401);
  }
  EXPECT_EQ(fail_login(kElsewhere, "192.0.2.6"), 429);
  EXPECT_EQ(ask(token, kProxy, forwarded_for("192.0.2.0")).status, 200);
  EXPECT_EQ(ask(token).status, 200);
}

TEST_F(ProxyDoor, ItsClientsHaveTheirPlacesAndItHasAny) {
  std::vector<Session> sessions;
  const auto status_of = [&](const char* client) {
    return WsClient(port(), {.headers = forwarded_for(client), .from = kProxy}).handshake().status;
  };
  for (int i = 0; i < 2; ++i) {
    sessions.emplace_back(port(),
                          WsClient::Options{.headers = forwarded_for("192.0.2.1"), .from = kProxy});
  }
  EXPECT_EQ(status_of("192.0.2.1"), 429);
  for (int i = 2; i < 6; ++i) {
    EXPECT_EQ(status_of(("192.0.2." + std::to_string(i)).c_str()), 101);
  }
}

// ---------------------------------------------------------------------------------------------

const std::string kVersion2 = std::string("\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c", 16);
const std::string kDestination = std::string("\x0a\0\0\x01\x30\x39\x01\xbb", 8);

std::string version1(const std::string& client) {
  return "PROXY TCP4 " + client + " 10.0.0.1 12345 443\r\n";
}

class ProxyProtocolDoor : public Doors {
 protected:
  ProxyProtocolDoor()
      : Doors({"--trusted-proxies", "127.0.0.3", "--proxy-protocol", "true",
               "--limits-failed-logins-per-minute", "5", "--limits-connections-per-address",
               "20"}) {}

  // What comes back for these bytes and a request behind them; 0: the connection is gone.
  int status_after(const std::string& bytes, const std::string& from,
                   const std::string& credential) {
    HttpClient client(port());
    client.socket() = Socket::connect(port(), 0, from);
    client.socket().write(bytes + "GET /v1/events?channel=user:42 HTTP/1.1\r\nHost: x\r\n" +
                          "Authorization: Bearer " + credential + "\r\n\r\n");
    try {
      return client.read_response().status;
    } catch (const Disconnected&) {
      return 0;
    }
  }
};

TEST_F(ProxyProtocolDoor, AListedPeerNamesItsClientInEitherVersion) {
  const std::string v2 = kVersion2 + std::string("\xc0\0\x02\x01", 4) + kDestination;
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(status_after(i % 2 == 0 ? v2 : version1("192.0.2.1"), kProxy, "not-a-token"), 401);
  }
  EXPECT_EQ(status_after(v2, kProxy, "not-a-token"), 429);
  EXPECT_EQ(status_after(version1("192.0.2.1"), kProxy, "not-a-token"), 429);
  EXPECT_EQ(status_after(v2, kProxy, token), 200);
  EXPECT_EQ(status_after(version1("192.0.2.2"), kProxy, token), 200);
  EXPECT_EQ(status_after("PROXY UNKNOWN\r\n", kProxy, token), 200);
  Session session(
      port(), {.headers = bearer(token), .from = kProxy, .proxy_header = version1("192.0.2.3")});
  session.subscribe({.channels = {"user:42"}});
}

TEST_F(ProxyProtocolDoor, ComingInPiecesItIsTheSame) {
  Socket socket = Socket::connect(port(), 0, kProxy);
  for (const char c : version1("192.0.2.1") + "GET /health HTTP/1.1\r\nHost: x\r\n\r\n") {
    socket.write({&c, 1});
  }
  EXPECT_EQ(socket.take_line(Deadline()), "HTTP/1.1 200 OK");
}

TEST_F(ProxyProtocolDoor, MalformedTooLongOrMissingClosesAtOnce) {
  double refused = 0;
  for (const std::string& bytes :
       {std::string(), std::string("PROXY TCP4 192.0.2.1\r\n"),
        "PROXY TCP4 " + std::string(200, '1'), std::string("PROXY UNKNOWN\n"),
        kVersion2.substr(0, 14) + "\xff\xff", version1("unix"),
        kVersion2.substr(0, 12) + "\x31\x11" + kVersion2.substr(14) + std::string(12, '1')}) {
    EXPECT_EQ(status_after(bytes, kProxy, token), 0) << bytes;
    EXPECT_EQ(denied("proxy_header"), ++refused) << bytes;
  }
}

TEST_F(ProxyProtocolDoor, FromOthersItIsBadHttp) {
  EXPECT_EQ(status_after(version1("192.0.2.1"), kElsewhere, token), 400);
  EXPECT_EQ(status_after(kVersion2 + std::string(12, '1'), kElsewhere, token), 400);
  EXPECT_EQ(status_after("", kElsewhere, token), 200);
}

TEST_F(ProxyProtocolDoor, ItsClientsHaveTheirPlacesFromTheFirstByteOn) {
  std::vector<Socket> open;
  for (int i = 0; i < 20; ++i) {
    open.push_back(Socket::connect(port(), 0, kProxy));
    open.back().write(version1("192.0.2.1") + "GET /health HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(open.back().take_line(Deadline()), "HTTP/1.1 200 OK");
  }
  EXPECT_EQ(status_after(version1("192.0.2.1"), kProxy, token), 0);
  EXPECT_EQ(denied("connections"), 1);
  EXPECT_EQ(status_after(version1("192.0.2.2"), kProxy, token), 200);
}

// ---------------------------------------------------------------------------------------------

TEST(ExposureDoor, OtherMachinesNeedAccessControlAndAListedProxy) {
  const auto refused = [](std::vector<std::string> flags) {
    std::vector<std::string> arguments = {courtside_binary(), "serve"};
    arguments.insert(arguments.end(), flags.begin(), flags.end());
    Process process(arguments);
    EXPECT_EQ(process.wait(), 78);
    return process.whole_output();
  };
  EXPECT_NE(refused({"--listen", "0.0.0.0:0", "--trusted-proxies", "10.0.0.0/8"})
                .find("no access control is configured"),
            std::string::npos);
  EXPECT_NE(refused({"--listen", "[::]:0", "--access-jwt-secret", kSecret})
                .find("trusted_proxies is empty"),
            std::string::npos);
  EXPECT_NE(refused({"--listen", "127.0.0.1:0", "--trusted-proxies", "10.0.0.1/8"})
                .find("`10.0.0.1/8` has bits behind its prefix"),
            std::string::npos);
}

}  // namespace
}  // namespace courtside::e2e
