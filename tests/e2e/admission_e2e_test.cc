// Goal: a caller that is refused by admission gets the refusal and when to retry, and is counted;
// callers from other addresses are not affected.
#include <fstream>

#include "tests/e2e/support/admission_fixture.h"

namespace courtside::e2e {
namespace {

class OriginAdmission : public AdmissionTest {
 protected:
  OriginAdmission() : AdmissionTest({"--allowed-origins", "https://example.com"}) {}

  int status_with(const Headers& origins) {
    return WsClient(port(), {.headers = origins}).handshake().status;
  }
};

TEST_F(OriginAdmission, OnlyTheListedOneOpensIt) {
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

// A browser hides unlisted headers from the page, for example where an export ends.
TEST_F(OriginAdmission, APageMayReadTheHeadersThatAreOurs) {
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

TEST_F(OriginAdmission, IsTheSameForEveryPath) {
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

class LoginLimit : public AdmissionTest {
 protected:
  LoginLimit() : AdmissionTest({"--limits-failed-logins-per-minute", "5"}) {}

  void flood(const std::string& from) {
    for (int i = 0; i < 5; ++i) EXPECT_EQ(ask("not-a-token", from).status, 401) << i;
  }
};

TEST_F(LoginLimit, AFloodFromOneAddressIsSlowedAndTouchesNobodyElse) {
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

TEST_F(LoginLimit, TheLogSaysWhoAskedForWhatFromWhereAndNoCredential) {
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

TEST_F(LoginLimit, WhoCameWithoutACredentialIsNotSlowed) {
  flood("");
  EXPECT_EQ(http.get("/v1/events?channel=availability:v_1").status, 200);
  EXPECT_EQ(ask("not-a-token").status, 429);
}

TEST_F(LoginLimit, HelloIsClosedWith4429) {
  for (int i = 0; i < 5; ++i) {
    Session failing = Session::silent(port(), {.from = kElsewhere});
    failing.say(hello_with("not-a-token"));
    EXPECT_EQ(failing.read_to_end().code, 4401);
  }
  Session slowed = Session::silent(port(), {.from = kElsewhere});
  slowed.say(hello_with("not-a-token"));
  EXPECT_EQ(slowed.read_to_end().code, 4429);
  EXPECT_EQ(
      WsClient(port(), {.headers = bearer("not-a-token"), .from = kElsewhere}).handshake().status,
      429);
  Session other = Session::silent(port(), {.from = kElsewhere});
  other.say(hello_with(token));
  EXPECT_EQ(other.expect("welcome")["actor"].text(), "42");
}

TEST_F(LoginLimit, ASessionThatIsInStaysIn) {
  Session inside(port(), {.headers = bearer(token)});
  flood("");
  inside.say(R"({"type":"refresh","id":8,"token":"not-a-token"})");
  EXPECT_EQ(inside.expect_error("rate_limited")["id"].number(), 8);
  inside.say(R"({"type":"refresh","id":9,"token":")" + token + R"("})");
  EXPECT_EQ(inside.expect("ok")["id"].number(), 9);
  inside.subscribe({.channels = {"user:42"}});
}

// ---------------------------------------------------------------------------------------------

class RateLimit : public AdmissionTest {
 protected:
  RateLimit()
      : AdmissionTest({"--limits-subscribes-per-second", "3", "--limits-publishes-per-second", "3",
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

TEST_F(RateLimit, SubscribesOfOneAccount) {
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

TEST_F(RateLimit, PublishesOfOneAccountAndNoneOfAService) {
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

TEST_F(RateLimit, ConnectionsOfOneAccount) {
  Session first(port(), {.headers = bearer(token)});
  {
    SseClient stream(port(), "/v1/events?channel=availability:v_1");
    EXPECT_EQ(stream.head().status, 200) << "which is nobody's";
  }
  Session second = Session::silent(port());
  second.say(hello_with(token));
  second.expect("welcome");

  const HttpResponse upgrade = WsClient(port(), {.headers = bearer(token)}).handshake();
  EXPECT_EQ(upgrade.status, 429);
  EXPECT_EQ(upgrade.header("retry-after"), "5");
  Session third = Session::silent(port());
  third.say(hello_with(token));
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

TEST(Exposure, OtherMachinesNeedAccessControlAndAListedProxy) {
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
