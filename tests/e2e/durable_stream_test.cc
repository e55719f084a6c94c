// Goal: GET /v1/streams/{channel} over real sockets: pages, long polls and server-sent events from
// one offset to the next, without a loss and without an end that a client of Durable Streams would
// misunderstand. What its real client does with them is tested in clients/typescript/interop.
#include <filesystem>
#include <fstream>

#include "tests/e2e/support/live_answer.h"
#include "tests/e2e/support/server_test.h"
#include "tests/e2e/support/signed_token.h"

namespace courtside::e2e {
namespace {

// The ids of a JSON array of events.
std::string ids(const std::string& array) {
  std::string out;
  for (const Json& event : Json::parse(array).items()) {
    out.append(out.empty() ? "" : " ").append(event["id"].text());
  }
  return out;
}

class DurableStream : public ServerTest {
 protected:
  explicit DurableStream(std::vector<std::string> flags = {"--limits-long-poll", "300ms"})
      : ServerTest(std::move(flags)) {}

  HttpResponse read(const std::string& query, HttpClient& by) {
    return by.get("/v1/streams/thing:t_1?" + query);
  }
  HttpResponse read(const std::string& query) { return read(query, http); }
};

TEST_F(DurableStream, PagesLeadToTheEnd) {
  std::vector<Draft> drafts;
  for (int i = 0; i < 1000; ++i) drafts.push_back({.id = std::to_string(i)});
  append(http, drafts);
  append(http, {{.id = "last"}, {.id = "other", .subject = "thing:t_2"}});
  const HttpResponse first = read("offset=-1");
  EXPECT_EQ(first.json().size(), 1000u);
  EXPECT_EQ(first.header("stream-up-to-date"), "");
  const HttpResponse second = read("offset=" + first.header("stream-next-offset"));
  EXPECT_EQ(ids(second.body), "last");
  EXPECT_EQ(second.header("stream-up-to-date"), "true");
  const std::string end = second.header("stream-next-offset");
  EXPECT_EQ(read("offset=" + end).body, "[]");
  EXPECT_EQ(read("offset=now").header("stream-next-offset"), end);
  EXPECT_GT(end, first.header("stream-next-offset"));
  // The same offset is a position everywhere.
  EXPECT_EQ(http.get("/v1/events?after=" + end).json()["events"].size(), 0u);
  EXPECT_EQ(http.get("/v1/events/" + end).json()["id"].text(), "other");
}

TEST_F(DurableStream, APageThatTheClientHasIsNotSentAgain) {
  append_one(http, {.id = "1"});
  const HttpRequest again = {.target = "/v1/streams/thing:t_1",
                             .headers = {{"If-None-Match", read("offset=-1").header("etag")}}};
  EXPECT_EQ(http.send(again).status, 304);
  append_one(http, {.id = "2"});
  EXPECT_EQ(ids(http.send(again).body), "1 2");
}

TEST_F(DurableStream, ALongPollWaitsForItsChannel) {
  const std::string end = read("offset=now").header("stream-next-offset");
  HttpClient waiting(port());
  waiting.write({.target = "/v1/streams/thing:t_1?offset=" + end + "&live=long-poll"});
  append_one(http, {.id = "other", .subject = "thing:t_2"});
  append_one(http, {.id = "1"});
  const HttpResponse answer = waiting.read_response();
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(ids(answer.body), "1");
  EXPECT_NE(answer.header("stream-cursor"), "");

  const HttpResponse none =
      read("offset=" + answer.header("stream-next-offset") + "&live=long-poll", waiting);
  EXPECT_EQ(none.status, 204);
  EXPECT_EQ(none.header("stream-next-offset"), answer.header("stream-next-offset"));
  EXPECT_EQ(waiting.connects(), 1);
}

TEST_F(DurableStream, EachBlockIsFollowedByItsOffset) {
  append_one(http, {.id = "1"});
  HttpClient client(port());
  LiveAnswer live(client, "/v1/streams/thing:t_1?offset=-1&live=sse");
  EXPECT_EQ(live.head().header("content-type"), "text/event-stream");
  ASSERT_TRUE(live.next());
  EXPECT_EQ(ids(live.data), "1");
  EXPECT_EQ(live.control["upToDate"].raw(), "true");
  append(http, {{.id = "2", .data = "{\"a\":\n[1,\r\n2]}"}, {.id = "3"}});
  ASSERT_TRUE(live.next());
  EXPECT_NE(live.data.find("{\"a\":\ndata: [1,\ndata: 2]}"), std::string::npos) << live.data;
  EXPECT_EQ(live.control["streamNextOffset"].text(),
            read("offset=now").header("stream-next-offset"));
}

TEST_F(DurableStream, AnEmptyChannelIsUpToDateAtOnce) {
  HttpClient client(port());
  LiveAnswer live(client, "/v1/streams/thing:t_1?offset=now&live=sse");
  ASSERT_TRUE(live.next());
  EXPECT_EQ(live.data, "");
  EXPECT_EQ(live.control["upToDate"].raw(), "true");
}

// A client that is cut where events are gone must hear of it, so a gap is an error everywhere.
TEST_F(DurableStream, AnOffsetThatCannotBeContinuedIsGone) {
  append_one(http, {.id = "1"});
  const std::string beyond = read("offset=now").header("stream-next-offset");
  const std::string next = beyond.substr(0, beyond.size() - 1) + "9";
  for (const std::string& offset : {next, std::string("other_00000000000000000001")}) {
    for (const char* live : {"", "&live=long-poll", "&live=sse"}) {
      const HttpResponse answer = read("offset=" + offset + live);
      EXPECT_EQ(answer.status, 410) << offset << live;
      EXPECT_EQ(answer.json()["code"].text(), "position_expired");
    }
  }
}

TEST_F(DurableStream, NothingIsAppendedHere) {
  for (const char* method : {"POST", "PUT", "PATCH", "DELETE"}) {
    const HttpResponse answer = http.send({.method = method, .target = "/v1/streams/thing:t_1"});
    EXPECT_EQ(answer.status, 405);
    EXPECT_EQ(answer.header("allow"), "GET, HEAD");
    EXPECT_NE(answer.json()["detail"].text().find("POST /v1/events"), std::string::npos);
  }
}

// What waits when the server stops is answered.
TEST_F(DurableStream, AStopEndsEveryAnswer) {
  HttpClient poller(port());
  HttpClient reader(port());
  poller.write({.target = "/v1/streams/thing:t_1?offset=now&live=long-poll"});
  LiveAnswer live(reader, "/v1/streams/thing:t_1?offset=now&live=sse");
  ASSERT_TRUE(live.next());
  EXPECT_EQ(stop_server(), 0);
  EXPECT_EQ(poller.read_response().status, 204);
  EXPECT_FALSE(live.next());
}

class ShortAnswers : public DurableStream {
 protected:
  ShortAnswers() : DurableStream({"--limits-stream-answer", "2s"}) {}
};

TEST_F(ShortAnswers, ALiveAnswerEndsAndTheConnectionGoesOn) {
  HttpClient client(port());
  std::string offset = "now";
  for (int i = 0; i < 2; ++i) {
    LiveAnswer live(client, "/v1/streams/thing:t_1?live=sse&offset=" + offset);
    append_one(http, {.id = std::to_string(i)});
    std::string seen;
    while (live.next()) {
      if (!live.data.empty()) seen += ids(live.data);
      offset = live.control["streamNextOffset"].text();
    }
    EXPECT_EQ(seen, std::to_string(i));
  }
  EXPECT_EQ(client.connects(), 1);
}

// ---------------------------------------------------------------------------------------------
// Rights.

constexpr const char* kSecret = "0123456789abcdef0123456789abcdef";
constexpr const char* kServiceKey = "fedcba9876543210fedcba9876543210";
constexpr std::int64_t kHour = 3600;

class GuardedStream : public ServerTest {
 protected:
  GuardedStream() : ServerTest(flags()) {}

  static std::vector<std::string> flags() {
    static const TempFolder folder;
    const std::filesystem::path file = folder.path() / "keys";
    std::ofstream(file) << "backend:" << kServiceKey << "\n";
    std::filesystem::permissions(file, std::filesystem::perms::owner_read);
    return {"--access-jwt-secret", kSecret, "--access-service-keys-file", file.string(),
            "--access-jwt-leeway", "1s",    "--limits-long-poll",         "2s"};
  }
  static Headers bearer(const std::string& token) { return {{"Authorization", "Bearer " + token}}; }
  void revoke(const std::string& account) {
    append(backend, {{.id = "revoke-" + account,
                      .type = "session.revoked",
                      .subject = "account:" + account,
                      .data = R"({"accountId":")" + account + R"("})"}});
  }

  HttpClient backend = HttpClient(server.port(), bearer(kServiceKey));
};

TEST_F(GuardedStream, AnswersEndWhenTheTokenDoes) {
  const Headers token = bearer(signed_token(kSecret, claims_of("42", -kHour, kHour)));
  HttpClient poller(port(), token);
  HttpClient reader(port(), token);
  EXPECT_EQ(reader.get("/v1/streams/user:43?offset=-1").status, 403);
  LiveAnswer live(reader, "/v1/streams/user:42?offset=now&live=sse");
  ASSERT_TRUE(live.next());
  poller.write({.target = "/v1/streams/user:42?offset=now&live=long-poll"});
  append(backend, {{.id = "before", .channels = {"user:42"}}});
  EXPECT_EQ(poller.read_response().status, 200);
  ASSERT_TRUE(live.next());
  poller.write({.target = "/v1/streams/user:42?offset=now&live=long-poll"});
  revoke("42");
  EXPECT_EQ(poller.read_response().status, 401);
  while (live.next()) {
    EXPECT_EQ(live.data.empty() ? "revoke-42" : ids(live.data), "revoke-42");
  }
  EXPECT_EQ(reader.get("/v1/streams/user:42?offset=now&live=sse").status, 401);
  backend.close();
}

// Story: the audit event of a long poll ended the next one, which left the next audit event.
TEST_F(GuardedStream, AnAuditedReaderIsNotWokenByItself) {
  std::string claims = claims_of("9", 0, kHour);
  claims.replace(claims.find("USER"), 4, "BMSP_SUPER_ADMIN");
  HttpClient admin(port(), bearer(signed_token(kSecret, claims)));
  append(backend, {{.id = "1"}});
  const HttpResponse page = admin.get("/v1/streams/*?offset=-1");
  ASSERT_EQ(page.status, 200);
  const std::string offset = page.header("stream-next-offset");
  const HttpResponse none = admin.get("/v1/streams/*?live=long-poll&offset=" + offset);
  EXPECT_EQ(none.status, 204);
  EXPECT_EQ(none.header("stream-next-offset"), offset);
  admin.write({.target = "/v1/streams/*?live=long-poll&offset=" + offset});
  append(backend, {{.id = "2"}});
  const Json events = admin.read_response().json();
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(events.at(0)["type"].text(), "audit.queried");
  EXPECT_EQ(events.at(1)["id"].text(), "2");
  backend.close();
}

}  // namespace
}  // namespace courtside::e2e
