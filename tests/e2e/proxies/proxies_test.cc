// Goal: through nginx, HAProxy and Caddy, configured as in deploy/proxies, everything arrives
// complete and without delay, and an interruption is noticed; the limits of the shortest
// configurations are those that the page names.
#include <gmock/gmock.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/e2e/proxies/support/proxy_process.h"
#include "tests/e2e/support/server_test.h"

namespace courtside::e2e {
namespace {

// A configuration, the server flags it needs, and what it supports.
struct Setup {
  const char* file;
  std::vector<std::string> flags = {};
  bool passes_upgrades = true;
  bool takes_large_bodies = true;
  bool shows_what_breaks_off = true;
};

std::vector<Setup> setups() {
  const std::vector<std::string> trusted = {"--trusted-proxies", "127.0.0.1"};
  const std::vector<std::string> with_header = {"--trusted-proxies", "127.0.0.1",
                                                "--proxy-protocol", "true"};
  return {{.file = "nginx-short.conf", .passes_upgrades = false, .takes_large_bodies = false},
          {.file = "nginx-recommended.conf", .flags = trusted},
          {.file = "haproxy-short.cfg"},
          {.file = "haproxy-recommended.cfg", .flags = trusted},
          {.file = "haproxy-tcp.cfg", .flags = with_header},
          {.file = "Caddyfile", .flags = trusted, .shows_what_breaks_off = false}};
}

class Proxies : public testing::TestWithParam<Setup> {
 protected:
  Proxies() : server(GetParam().flags), proxy(GetParam().file, server.port()), http(proxy.port()) {
    // A proxy with health checks lets no request through before its first check.
    wait_until("the proxy lets us through", [this] { return http.get("/ready").status == 200; });
  }

  void TearDown() override {
    if (HasFailure()) ADD_FAILURE() << "the proxy printed:\n" << proxy.process().output();
  }

  void append_much() {
    const std::string data = json_string(std::string(100'000, 'x'));
    for (int batch = 0; batch < 4; ++batch) {
      std::vector<Draft> drafts;
      for (int i = 0; i < 5; ++i) {
        drafts.push_back({.id = std::to_string(batch) + "-" + std::to_string(i), .data = data});
      }
      append(http, drafts);
    }
  }

  ServerProcess server;
  ProxyProcess proxy;
  HttpClient http;
};

std::string name_of(const testing::TestParamInfo<Setup>& setup) {
  std::string name = setup.param.file;
  const auto is_punctuation = [](char c) { return c == '-' || c == '.'; };
  std::replace_if(name.begin(), name.end(), is_punctuation, '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(EveryOne, Proxies, testing::ValuesIn(setups()), name_of);

// Story: nginx held the stream back until it had 4 KiB.
TEST_P(Proxies, ServerSentEventsComeAtOnce) {
  SseClient stream(proxy.port(), "/v1/events?channel=thing:t_1");
  EXPECT_EQ(stream.next(Deadline(seconds(120))).type, "courtside.progress");
  const std::string position = append_one(http, {.id = "1"});
  EXPECT_EQ(stream.next_event(Deadline(seconds(120))).id, position);
}

TEST_P(Proxies, WebSocketsPassWhereThePageSaysSo) {
  WsClient ws(proxy.port(), {});
  EXPECT_EQ(ws.handshake().status, GetParam().passes_upgrades ? 101 : 426);
  if (!GetParam().passes_upgrades) return;
  Session session(proxy.port());
  session.subscribe({.channels = {"thing:t_1"}});
  session.expect("live");
  append_one(http, {.id = "1"});
  EXPECT_EQ(session.expect_event().event["id"].text(), "1");
  WsClient bare(proxy.port(),
                {.path = "/v1/ws?channel=thing:t_1", .subprotocols = {"cloudevents.json"}});
  EXPECT_THAT(bare.receive().payload, testing::HasSubstr("courtside.progress"));
}

TEST_P(Proxies, PagesAndFilesAreWhole) {
  append_much();
  // Two megabytes: more than a proxy buffers for one answer.
  const Json page = http.get("/v1/events?limit=1000").json();
  EXPECT_EQ(page["events"].size(), 20u);
  const HttpResponse file = http.get("/v1/events", "application/x-ndjson");
  EXPECT_EQ(std::count(file.body.begin(), file.body.end(), '\n'), 20);
  EXPECT_GT(file.body.size(), 2'000'000u);
  EXPECT_EQ(http.get("/v1/events?nonsense=1").json()["code"].text(), "bad_request");
}

TEST_P(Proxies, UploadsPassUpToWhatThePageSays) {
  const std::string data = json_string(std::string(200'000, 'x'));
  std::vector<Draft> drafts;
  for (int i = 0; i < 20; ++i) drafts.push_back({.id = std::to_string(i), .data = data});
  const HttpResponse large = http.post("/v1/events", std::string(kBatch), batch_json(drafts));
  EXPECT_EQ(large.status, GetParam().takes_large_bodies ? 200 : 413);
  drafts.resize(4);
  EXPECT_EQ(http.post("/v1/events", std::string(kBatch), batch_json(drafts)).status, 200);
}

// A part that looks complete is worse than none: an audit would rely on it. The page says which
// proxy makes it look so.
TEST_P(Proxies, AFileThatBreaksOffDoesNotLookWhole) {
  // More than the buffers of the kernel and the proxy: 10 MB were observed.
  HttpClient uploader(GetParam().takes_large_bodies ? proxy.port() : server.port());
  const std::string data = json_string(std::string(250'000, 'x'));
  for (int batch = 0; batch < 10; ++batch) {
    std::vector<Draft> drafts;
    for (int i = 0; i < 15; ++i) {
      drafts.push_back({.id = std::to_string(batch) + "-" + std::to_string(i), .data = data});
    }
    append(uploader, drafts);
  }
  HttpClient reader(proxy.port());
  reader.socket() = Socket::connect(proxy.port(), 4096);
  reader.write({.target = "/v1/events", .headers = {{"Accept", "application/x-ndjson"}}});
  EXPECT_EQ(reader.read_stream_head().status, 200);
  server.kill();
  std::size_t bytes = 0;
  const auto read_all = [&] {
    for (std::string piece = reader.read_piece(); !piece.empty(); piece = reader.read_piece()) {
      bytes += piece.size();
    }
  };
  if (GetParam().shows_what_breaks_off) {
    EXPECT_THROW(read_all(), Disconnected);
  } else {
    read_all();
  }
  EXPECT_LT(bytes, 10u * 15u * 250'000u);  // otherwise nothing broke off
}

TEST_P(Proxies, AClientResumesAcrossARestartOfTheServer) {
  SseClient stream(proxy.port(), "/v1/events?channel=thing:t_1");
  const std::string position = stream.next().id;
  EXPECT_EQ(server.terminate(), 0);
  EXPECT_THROW(stream.next_event(), Disconnected);
  int status = 0;  // a TCP proxy returns none
  try {
    status = HttpClient(proxy.port()).get("/ready").status;
  } catch (const Disconnected&) {
  }
  EXPECT_THAT(status, testing::AnyOf(0, 502, 503));
  server.start();
  wait_until("the proxy lets us through again", [this] {
    try {
      return HttpClient(proxy.port()).get("/ready").status == 200;
    } catch (const Disconnected&) {
      return false;
    }
  });
  HttpClient again(proxy.port());
  const std::string published = append_one(again, {.id = "1"});
  SseClient resumed(proxy.port(), "/v1/events?channel=thing:t_1", position);
  EXPECT_EQ(resumed.next_event().id, published);
}

}  // namespace
}  // namespace courtside::e2e
