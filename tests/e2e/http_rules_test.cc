// Goal: what HTTP leaves to a server is the same on every path: upgrade offers, forms of the
// target, content codings, preflight requests.
#include <zlib.h>

#include "tests/e2e/support/server_test.h"

namespace courtside::e2e {
namespace {

using HttpRules = ServerTest;

const Headers kOfferH2c = {{"Connection", "Upgrade, HTTP2-Settings"},
                           {"Upgrade", "h2c"},
                           {"HTTP2-Settings", "AAMAAABkAAQAAP__"}};

Headers operator+(Headers left, const Headers& right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

// Upgrade offers.

TEST_F(HttpRules, AnOfferOfAnotherProtocolIsIgnored) {
  append_one(http, {.id = "1"});
  for (const char* upgrade : {"h2c", "h2c, websocket", "TLS/1.0", "websocket"}) {
    const Headers offer = {{"Connection", "Upgrade"}, {"Upgrade", upgrade}};
    EXPECT_EQ(http.send({.target = "/health", .headers = offer}).status, 200) << upgrade;
    const HttpResponse page = http.send({.target = "/v1/events?limit=1", .headers = offer});
    EXPECT_EQ(page.json()["events"].size(), 1u) << upgrade;
    const HttpResponse file = http.send(
        {.target = "/v1/events", .headers = offer + Headers{{"Accept", "application/x-ndjson"}}});
    EXPECT_EQ(file.status, 200) << upgrade;
    HttpClient client(port());
    client.write(
        {.target = "/v1/events", .headers = offer + Headers{{"Accept", "text/event-stream"}}});
    const HttpResponse stream = client.read_stream_head();
    EXPECT_EQ(stream.status, 200) << upgrade;
    EXPECT_EQ(stream.header("upgrade"), "") << upgrade;
    EXPECT_EQ(stream.header("content-type").substr(0, 17), "text/event-stream") << upgrade;
    const std::string id = std::string("posted with ") + upgrade;
    const HttpResponse posted =
        http.send({.method = "POST",
                   .target = "/v1/events",
                   .headers = offer + Headers{{"Content-Type", std::string(kOneEvent)}},
                   .body = Draft{.id = id, .subject = "thing:posted"}.json()});
    EXPECT_EQ(posted.status, 200) << posted.body;
    append_one(http, {.id = id + " once more", .subject = "thing:posted"});
  }
  EXPECT_EQ(http.connects(), 1);  // no offer closed the connection
}

TEST_F(HttpRules, TheWebSocketPathTakesWebSocketFromAListAndNothingElse) {
  const Headers websocket = {{"Connection", "Upgrade"},
                             {"Sec-WebSocket-Version", "13"},
                             {"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="}};
  const auto status = [&](const std::string& upgrade) {
    HttpClient client(port());
    client.write({.target = "/v1/ws", .headers = websocket + Headers{{"Upgrade", upgrade}}});
    return client.read_response(Deadline(), false).status;
  };
  EXPECT_EQ(status("h2c, websocket"), 101);
  EXPECT_EQ(status("h2c"), 426);
  EXPECT_EQ(http.send({.method = "POST", .target = "/v1/ws", .headers = kOfferH2c}).status, 405);

  HttpClient old(port());
  old.write_raw(
      "GET /v1/ws HTTP/1.0\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
  const HttpResponse refused = old.read_response();
  EXPECT_EQ(refused.status, 426);
  EXPECT_EQ(refused.header("upgrade"), "websocket");
}

TEST_F(HttpRules, ABrokenOfferOfExtensionsIsABadRequest) {
  const auto handshake = [&](const std::string& offer) {
    return WsClient(port(), {.headers = {{"Sec-WebSocket-Extensions", offer}}}).handshake();
  };
  EXPECT_EQ(handshake("permessage-deflate; client_max_window_bits").status, 101);
  EXPECT_EQ(handshake("permessage-deflate; client_max_window_bits=").status, 400);
  EXPECT_EQ(handshake("permessage deflate").status, 400);
}

// A client must fail when it offered subprotocols and none is chosen; a credential is never chosen.
TEST_F(HttpRules, ACredentialAloneIsNoSubprotocol) {
  const HttpResponse answer = WsClient(port(), {.subprotocols = {"bearer.x"}}).handshake();
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(answer.json()["code"].text(), "unsupported_protocol");
  EXPECT_NE(answer.body.find("courtside.v1.json"), std::string::npos);
}

// Targets.

TEST_F(HttpRules, AnAbsoluteTargetIsItsPath) {
  append_one(http, {.id = "1"});
  const std::string authority = "http://127.0.0.1:" + std::to_string(port());
  EXPECT_EQ(http.get(authority + "/health").status, 200);
  EXPECT_EQ(http.get(authority + "/v1/events?limit=1").json()["events"].size(), 1u);
  EXPECT_EQ(http.get("https://play.example/live").status, 200);  // whatever `Host` says
  EXPECT_EQ(http.get(authority).status, 404);
  EXPECT_EQ(http.send({.method = "OPTIONS", .target = "*"}).status, 204);
  for (const auto& [method, target] :
       {std::pair("CONNECT", "play.example:443"), std::pair("GET", "*"),
        std::pair("GET", "ftp://play.example/live"), std::pair("GET", "http://a@b/live")}) {
    HttpClient client(port());
    EXPECT_EQ(client.send({.method = method, .target = target}).status, 400) << target;
  }
}

// Bodies.

std::string gzip(const std::string& text) {
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::string out(text.size() + 100, '\0');
  std::string in = text;
  stream.next_in = reinterpret_cast<Bytef*>(in.data());
  stream.avail_in = static_cast<uInt>(in.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

TEST_F(HttpRules, ACompressedBodyIsRefusedInEveryForm) {
  const Draft draft{.id = "compressed"};
  struct Form {
    Headers headers;
    std::string body;
  };
  const Form forms[] = {{{{"Content-Type", std::string(kOneEvent)}}, draft.json()},
                        {{{"Content-Type", std::string(kBatch)}}, batch_json({draft})},
                        {{{"Content-Type", "text/plain"},
                          {"ce-specversion", "1.0"},
                          {"ce-id", "compressed"},
                          {"ce-source", "/e2e"},
                          {"ce-type", "test.happened"},
                          {"ce-subject", "thing:t_1"}},
                         "hello"}};
  for (const Form& form : forms) {
    const auto post = [&](const Headers& more, const std::string& body) {
      return http.send(
          {.method = "POST", .target = "/v1/events", .headers = form.headers + more, .body = body});
    };
    for (const char* coding : {"gzip", "x-gzip", "deflate", "br", "identity, gzip", "GZIP"}) {
      const HttpResponse answer = post({{"Content-Encoding", coding}}, gzip(form.body));
      EXPECT_EQ(answer.status, 415) << coding;
      EXPECT_EQ(answer.header("accept-encoding"), "identity") << coding;
    }
    EXPECT_EQ(
        post({{"Content-Encoding", "identity"}, {"Content-Encoding", "zstd"}}, form.body).status,
        415);
  }
  EXPECT_TRUE(read_log(http).empty());
  for (const Form& form : forms) {
    const HttpResponse answer =
        http.send({.method = "POST",
                   .target = "/v1/events",
                   .headers = form.headers + Headers{{"Content-Encoding", "Identity"}},
                   .body = form.body});
    EXPECT_EQ(answer.status, 200) << answer.body;
  }
}

// Positions.

TEST_F(HttpRules, AnEmptyPositionIsABadOne) {
  append_one(http, {.id = "1"});
  for (const char* target :
       {"/v1/events?after=", "/v1/events?before=", "/v1/events?order=desc&after",
        "/v1/venues/7/calendar?after=", "/v1/users/42/notifications?after="}) {
    const HttpResponse answer = http.get(target);
    EXPECT_EQ(answer.status, 400) << target;
    EXPECT_EQ(answer.json()["code"].text(), "bad_position") << target;
  }
  EXPECT_EQ(http.get("/v1/events?after=", "text/event-stream").json()["code"].text(),
            "bad_position");
  Session client = session();
  client.say(R"({"type":"subscribe","id":1,"sub":1,"channels":["*"],"from":{"after":""}})");
  EXPECT_EQ(client.expect_error("bad_position")["id"].number(), 1);
  // An empty Last-Event-ID means that nothing was received yet; HTML does not send it then.
  SseClient stream(port(), "/v1/events?after=" + percent_encoded(session().epoch() + ":0"));
  EXPECT_EQ(Json::parse(stream.next_event().data)["id"].text(), "1");
}

// Pages of other sites.

struct FromElsewhere : ServerTest {
  FromElsewhere() : ServerTest({"--allowed-origins", "https://play.example"}) {}

  const Headers origin = {{"Origin", "https://play.example"}};
};

TEST_F(FromElsewhere, EveryDocumentedRequestHeaderPasses) {
  const auto allowed = [&](const std::string& asked) {
    const HttpResponse answer =
        http.send({.method = "OPTIONS",
                   .target = "/v1/events",
                   .headers = origin + Headers{{"Access-Control-Request-Method", "POST"},
                                               {"Access-Control-Request-Headers", asked}}});
    EXPECT_EQ(answer.status, 204);
    EXPECT_EQ(answer.header("access-control-allow-origin"), "https://play.example");
    return ", " + answer.header("access-control-allow-headers") + ",";
  };
  for (const char* name : {"authorization",
                           "content-type",
                           "last-event-id",
                           "traceparent",
                           "ce-id",
                           "ce-source",
                           "ce-specversion",
                           "ce-type",
                           "ce-subject",
                           "ce-time",
                           "ce-dataschema",
                           "ce-channels",
                           "ce-expectedversion",
                           "ce-correlationid",
                           "ce-causationid",
                           "ce-actorid",
                           "ce-actortype",
                           "ce-actorrole",
                           "ce-traceparent",
                           "ce-anyextension"}) {
    EXPECT_NE(allowed(name).find(", " + std::string(name) + ","), std::string::npos) << name;
  }
  EXPECT_EQ(allowed("x-other, ce-bad\"name, ce-").find("x-other"), std::string::npos);
  EXPECT_EQ(allowed("ce-bad\"name").find('"'), std::string::npos);
}

TEST_F(FromElsewhere, WhatIsRefusedBeforeItIsReadCanBeReadByItsPage) {
  const std::string head =
      "POST /v1/events HTTP/1.1\r\nHost: a\r\nOrigin: https://play.example\r\n";
  for (const auto& [rest, status] :
       {std::pair("X-Large: " + std::string(20'000, 'x') + "\r\n\r\n", 431),
        std::pair(std::string("Content-Length: 100000000\r\n\r\n"), 413),
        std::pair(std::string("Transfer-Encoding: gzip, chunked\r\n\r\n"), 400),
        std::pair(std::string("no colon\r\n\r\n"), 400)}) {
    HttpClient client(port());
    client.write_raw(head + rest);
    const HttpResponse answer = client.read_response();
    EXPECT_EQ(answer.status, status);
    EXPECT_EQ(answer.header("access-control-allow-origin"), "https://play.example") << status;
    EXPECT_EQ(answer.header("vary"), "origin") << status;
  }
  HttpClient evil(port());
  evil.write_raw("GET / HTTP/1.1\r\nHost: a\r\nOrigin: https://evil.example\r\nno colon\r\n\r\n");
  EXPECT_EQ(evil.read_response().header("access-control-allow-origin"), "");
  // An earlier request's origin on the same connection no longer applies.
  HttpClient kept(port());
  EXPECT_EQ(kept.send({.target = "/live", .headers = origin}).status, 200);
  kept.write_raw("nonsense\r\n\r\n");
  EXPECT_EQ(kept.read_response().header("access-control-allow-origin"), "");
}

TEST_F(FromElsewhere, WhatSaysHowToGoOnIsExposed) {
  const HttpResponse answer = http.send({.target = "/live", .headers = origin});
  const std::string exposed = ", " + answer.header("access-control-expose-headers") + ",";
  for (const char* name : {"courtside-after", "courtside-through", "retry-after", "allow",
                           "accept-encoding", "www-authenticate"}) {
    EXPECT_NE(exposed.find(", " + std::string(name) + ","), std::string::npos) << name;
  }
}

}  // namespace
}  // namespace courtside::e2e
