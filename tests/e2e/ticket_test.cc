// Goal: a browser's EventSource or WebSocket, which cannot send a token in a header, can
// authenticate with a ticket: once, within a few seconds, with the rights and the expiry of the
// token that asked for it.
#include <chrono>

#include "tests/e2e/support/server_test.h"
#include "tests/e2e/support/signed_token.h"

namespace courtside::e2e {
namespace {

constexpr const char* kTicketSecret = "0123456789abcdef0123456789abcdef";
constexpr const char* kOrigin = "https://play.example.com";

class Ticket : public ServerTest {
 protected:
  explicit Ticket(std::vector<std::string> flags = {})
      : ServerTest(with_secret(std::move(flags))) {}

  static std::vector<std::string> with_secret(std::vector<std::string> flags) {
    flags.insert(flags.end(),
                 {"--access-jwt-secret", kTicketSecret, "--shards", "3", "--allowed-origins",
                  kOrigin, "--access-jwt-leeway", "0s", "--limits-failed-logins-per-minute", "3"});
    return flags;
  }

  static std::string token(std::int64_t ends_s = 3600, const std::string& account = "42",
                           const std::string& role = "USER") {
    std::string claims = claims_of(account, 0, ends_s);
    claims.replace(claims.find("USER"), 4, role);
    return signed_token(kTicketSecret, claims);
  }
  HttpResponse ask_ticket(const std::string& credential) {
    HttpClient client(port());
    Headers headers = {{"Origin", kOrigin}};
    if (!credential.empty()) headers.push_back({"Authorization", "Bearer " + credential});
    return client.send({.method = "POST", .target = "/v1/tickets", .headers = headers});
  }
  std::string ticket(const std::string& credential) {
    const HttpResponse answer = ask_ticket(credential);
    if (answer.status != 200) give_up("no ticket: " + answer.body);
    return answer.json()["ticket"].text();
  }
  // A request as EventSource sends it.
  int stream_status(const std::string& ticket, const std::string& channel = "user:42") {
    HttpClient client(port());
    client.write({.target = "/v1/events?channel=" + channel + "&ticket=" + ticket,
                  .headers = {{"Accept", "text/event-stream"}, {"Origin", kOrigin}}});
    return client.read_stream_head().status;
  }
  WsClient::Options by(const std::string& ticket, const std::string& more = "",
                       const std::string& subprotocol = "courtside.v1.json") {
    return {.path = "/v1/ws?ticket=" + ticket + more,
            .subprotocols = {subprotocol},
            .headers = {{"Origin", kOrigin}}};
  }
};

TEST_F(Ticket, IsMadeForWhoeverHasAToken) {
  const HttpResponse answer = ask_ticket(token());
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.json()["expiresin"].number(), 30);
  EXPECT_EQ(answer.header("cache-control"), "no-store");
  EXPECT_EQ(answer.header("access-control-allow-origin"), kOrigin);
  EXPECT_EQ(ask_ticket("").status, 401);
  EXPECT_EQ(ask_ticket("not.a.token").status, 401);
  EXPECT_EQ(http.get("/v1/tickets").status, 405);
}

TEST_F(Ticket, OpensOneStreamOnWhicheverShard) {
  for (int i = 0; i < 12; ++i) {
    const std::string one = ticket(token());
    EXPECT_EQ(stream_status(one), 200) << i;
    EXPECT_EQ(stream_status(one), 401) << i;
  }
  // EventSource reconnects by itself with the same URL: that is not a failed log-in.
  EXPECT_EQ(stream_status("none"), 401);
  for (const char* rest : {"&ticket=b", ""}) {
    EXPECT_EQ(stream_status(std::string(rest)), 400) << rest;
  }
}

TEST_F(Ticket, OpensASessionAndABinaryOneAndAStreamOfCloudEvents) {
  Session session(port(), by(ticket(token())));
  EXPECT_EQ(session.welcome()["actor"].text(), "42");
  session.subscribe({.channels = {"user:42"}});
  EXPECT_EQ(
      WsClient(port(), by(ticket(token()), "", "courtside.v1.flatbuffers")).handshake().status,
      101);
  EXPECT_EQ(WsClient(port(), by(ticket(token()), "&channel=user:42", "cloudevents.json"))
                .handshake()
                .status,
            101);
  const std::string used = ticket(token());
  EXPECT_EQ(WsClient(port(), by(used)).handshake().status, 101);
  EXPECT_EQ(WsClient(port(), by(used)).handshake().status, 401);
}

TEST_F(Ticket, HasTheRightsOfItsToken) {
  EXPECT_EQ(stream_status(ticket(token()), "user:43"), 403);
  EXPECT_EQ(stream_status(ticket(token(3600, "9", "BMSP_SUPER_ADMIN")), "*"), 200);
}

TEST_F(Ticket, EndsWithItsToken) {
  SseClient stream(port(), "/v1/events?channel=user:42&ticket=" + ticket(token(2)));
  EXPECT_THROW(
      {
        while (true) stream.next();
      },
      Disconnected);
}

TEST_F(Ticket, OpensNothingWhenItsTokenIsOver) {
  const std::string short_lived = token(1);
  const std::string of_stream = ticket(short_lived);
  const std::string of_session = ticket(short_lived);
  const std::string of_events = ticket(short_lived);
  HttpClient client(port(), {{"Authorization", "Bearer " + short_lived}});
  wait_until("the token is over",
             [&] { return client.get("/v1/events?channel=user:42").status == 401; });
  HttpClient browser(port());
  const HttpResponse answer =
      browser.send({.target = "/v1/events?channel=user:42&ticket=" + of_stream,
                    .headers = {{"Accept", "text/event-stream"}, {"Origin", kOrigin}}});
  EXPECT_EQ(answer.status, 401);
  EXPECT_EQ(answer.json()["code"].text(), "token_expired");
  EXPECT_EQ(WsClient(port(), by(of_session)).handshake().status, 401);
  EXPECT_EQ(
      WsClient(port(), by(of_events, "&channel=user:42", "cloudevents.json")).handshake().status,
      401);
}

TEST_F(Ticket, IsNoMoreGoodThanItsToken) {
  HttpClient backend(port(), {{"Authorization", "Bearer " + token(3600, "9", "BMSP_SUPER_ADMIN")}});
  const std::string of_revoked = ticket(token());
  backend.close();
  EXPECT_EQ(stream_status(of_revoked), 200);
}

TEST_F(Ticket, GoesNowhereElseAndWithNothingElse) {
  HttpClient client(port());
  const auto status = [&](const HttpRequest& request) { return client.send(request).status; };
  const std::string query = "?channel=user:42&ticket=" + ticket(token());
  EXPECT_EQ(status({.target = "/v1/events" + query}), 400) << "a page";
  EXPECT_EQ(status({.target = "/v1/events" + query, .headers = {{"Accept", "text/csv"}}}), 400);
  EXPECT_EQ(status({.target = "/v1/events/e:1" + query}), 400);
  EXPECT_EQ(status({.method = "POST", .target = "/v1/events" + query}), 400);
  EXPECT_EQ(status({.method = "POST", .target = "/v1/tickets" + query}), 400);
  for (const char* path : {"/metrics", "/v1/outbox", "/health", "/ready", "/live", "/openapi.json",
                           "/asyncapi.json", "/nothing"}) {
    EXPECT_EQ(status({.target = path + query}), 400) << path;
    EXPECT_EQ(status({.target = std::string(path) + "?token=" + token()}), 400) << path;
    EXPECT_EQ(status({.target = std::string(path) + "?access_token=" + token()}), 400) << path;
  }
  EXPECT_EQ(status({.target = "/v1/events" + query,
                    .headers = {{"Accept", "text/event-stream"},
                                {"Authorization", "Bearer " + token()}}}),
            400)
      << "which of the two is meant?";
  client.close();
  EXPECT_EQ(stream_status(query.substr(query.rfind('=') + 1)), 200) << "not one of them used it up";
}

TEST_F(Ticket, IsWrittenNowhere) {
  const std::string one = ticket(token());
  EXPECT_EQ(stream_status(one), 200);
  EXPECT_EQ(stream_status(one), 401);
  ASSERT_EQ(stop_server(), 0);
  EXPECT_EQ(server.process().output().find(one), std::string::npos);
}

class ShortTicket : public Ticket {
 protected:
  ShortTicket()
      : Ticket({"--access-ticket-lifetime", "1s", "--limits-connections-per-account", "2",
                "--limits-tickets", "3"}) {}
};

TEST_F(ShortTicket, HasItsTimeAndItsNumber) {
  using Clock = std::chrono::steady_clock;
  const auto asked = Clock::now();
  const std::string first = ticket(token());
  ticket(token());
  const HttpResponse third = ask_ticket(token());
  ticket(token(3600, "43"));
  const HttpResponse of_all = ask_ticket(token(3600, "44"));
  if (Clock::now() - asked < milliseconds(900)) {
    EXPECT_EQ(third.status, 429) << third.body;
    EXPECT_NE(third.header("retry-after"), "");
    EXPECT_EQ(of_all.status, 503) << of_all.body;
  }
  wait_until("its time is over", [&] { return ask_ticket(token(3600, "44")).status == 200; });
  EXPECT_EQ(stream_status(first), 401);
}

}  // namespace
}  // namespace courtside::e2e
