// Goal: at start a server reports whether access control is on, metrics are only for callers with
// the permission, and the page has every metric.
#include <signal.h>
#include <time.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "tests/e2e/operations/support/listening.h"
#include "tests/e2e/support/server_test.h"

namespace courtside::e2e {
namespace {

constexpr const char* kWarning = "access control is off: every caller is an administrator";
constexpr const char* kPrometheus = "service-key-of-prometheus-0123456789abcdef";
constexpr const char* kAuditor = "service-key-of-an-auditor-0123456789abcdef";
constexpr const char* kBackend = "service-key-of-a-backend-0123456789abcdef";

struct Keys {
  Keys() {
    std::ofstream(path()) << "prometheus:" << kPrometheus << ":metrics:read\n"
                          << "auditor:" << kAuditor << ":audit:read\n"
                          << "backend:" << kBackend << "\n";
    std::filesystem::permissions(path(), std::filesystem::perms(0600));
  }
  std::string path() const { return (folder.path() / "keys").string(); }
  TempFolder folder;
};

int status_of(HttpClient& http, const std::string& path, const std::string& key) {
  Headers headers;
  if (!key.empty()) headers.emplace_back("authorization", "Bearer " + key);
  return http.send({.target = path, .headers = headers}).status;
}

struct WithAccessControl : Keys, ServerTest {
  WithAccessControl() : ServerTest({"--access-service-keys-file", path()}) {}
};

TEST_F(WithAccessControl, MetricsAreForThoseWhoMaySeeThem) {
  EXPECT_EQ(status_of(http, "/metrics", ""), 401);
  EXPECT_EQ(status_of(http, "/metrics", "wrong"), 401);
  EXPECT_EQ(status_of(http, "/metrics", kBackend), 403);
  EXPECT_EQ(status_of(http, "/metrics", kPrometheus), 200);
  EXPECT_EQ(status_of(http, "/metrics", kAuditor), 200);
  // The permission allows nothing else.
  EXPECT_EQ(status_of(http, "/v1/events", kPrometheus), 403);
  EXPECT_EQ(status_of(http, "/v1/outbox", kPrometheus), 403);
  for (const char* open : {"/health", "/ready", "/live"}) {
    EXPECT_EQ(status_of(http, open, ""), 200) << open;
  }
}

TEST_F(WithAccessControl, ADenialIsLoggedWithCallerAndChannel) {
  EXPECT_EQ(status_of(http, "/v1/events?channel=user:42", kBackend), 403);
  server.process().wait_for_output("denied: forbidden, caller \\\"backend\\\", channel");
  const std::string line = server.process().output();
  EXPECT_NE(line.find("user:42"), line.npos) << line;
  EXPECT_EQ(line.find(kBackend), line.npos);
}

TEST_F(WithAccessControl, NothingIsWarnedOf) {
  EXPECT_EQ(server.process().output().find(kWarning), std::string::npos);
}

using WithoutAccessControl = ServerTest;

TEST_F(WithoutAccessControl, TheStartSaysSoLoudly) {
  const std::string line = server.process().wait_for_output(kWarning);
  EXPECT_NE(line.find("JWT_SECRET"), line.npos);
  EXPECT_EQ(status_of(http, "/metrics", ""), 200);
}

// Follows the warning's advice from the reader's situation.
TEST_F(WithoutAccessControl, WhatTheWarningRecommendsEndsIt) {
  EXPECT_EQ(stop_server(), 0);
  for (const std::string variable : {"JWT_SECRET=service-key-made-with-openssl-rand-hex",
                                     "COURTSIDE_ACCESS_SERVICE_KEYS_FILE="}) {
    const Keys keys;
    const bool is_file = variable.back() == '=';
    Process process(
        {courtside_binary(), "serve", "--listen", "127.0.0.1:0", "--data", server.data().string()},
        {is_file ? variable + keys.path() : variable});
    HttpClient client(wait_for_port(process));
    EXPECT_EQ(status_of(client, "/v1/events", ""), 401);
    EXPECT_EQ(process.output().find(kWarning), std::string::npos) << process.output();
    client.close();
    process.signal(SIGTERM);
    EXPECT_EQ(process.wait(), 0);
  }
}

// The value of a sample, written as on the page; -1 when it is not there.
double sample(HttpClient& http, const std::string& name) {
  const std::string page = "\n" + http.get("/metrics").body;
  const std::size_t at = page.find("\n" + name + " ");
  return at == page.npos ? -1 : std::stod(page.substr(at + name.size() + 2));
}

TEST_F(WithoutAccessControl, ThePageHasEveryMetricOfTheDashboard) {
  std::ifstream file(COURTSIDE_SOURCE_DIR "/deploy/grafana/courtside.json");
  const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  const std::string page = http.get("/metrics").body;
  int seen = 0;
  for (const Json& panel : Json::parse(text)["panels"].items()) {
    const std::string title = panel["title"].text();
    const bool is_optional =
        title == "courtside_tls_valid_until_seconds" || title.starts_with("courtside_outbox_");
    if (panel["type"].text() != "timeseries" || is_optional) continue;
    ++seen;
    EXPECT_NE(page.find("\n# TYPE " + title + " "), page.npos) << title;
  }
  EXPECT_GT(seen, 30);
}

TEST_F(WithoutAccessControl, HistogramsCountCommitsDeliveriesAndReads) {
  Session client = session();
  client.subscribe({.channels = {"thing:t_1"}});
  client.expect("live");
  append_one(http, {.id = "1"});
  EXPECT_EQ(client.expect_event().event["id"].text(), "1");
  EXPECT_EQ(sample(http, "courtside_commit_seconds_count"), 1);
  EXPECT_GT(sample(http, "courtside_commit_seconds_sum"), 0);
  EXPECT_EQ(sample(http, "courtside_commit_seconds_bucket{le=\"+Inf\"}"), 1);
  // Every shard passes the commit on, also those without a subscriber.
  wait_until("each shard has counted it",
             [&] { return sample(http, "courtside_delivery_seconds_count") >= 1; });
  EXPECT_EQ(http.get("/v1/events").status, 200);
  EXPECT_GE(sample(http, "courtside_page_seconds_count{kind=\"history\"}"), 1);
  wait_until("a shard has ticked",
             [&] { return sample(http, "courtside_loop_lag_seconds_count") >= 1; });
  EXPECT_GT(sample(http, "courtside_log_bytes"), 0);
  EXPECT_GT(sample(http, "process_open_fds"), 5);
  EXPECT_NEAR(sample(http, "process_start_time_seconds"), static_cast<double>(time(nullptr)), 600);
}

TEST_F(WithoutAccessControl, ClosesAreCountedByCodeAndByWhoBegan) {
  const auto closes = [&](const std::string& code, const std::string& by) {
    return sample(http, "courtside_closes_total{code=\"" + code + "\",by=\"" + by + "\"}");
  };
  Session orderly = session();
  orderly.ws().send_close(1000);
  EXPECT_EQ(orderly.read_to_end().code, 1000);
  Session unknown = session();
  unknown.ws().send_close(4999);
  unknown.read_to_end();
  Session gone = session();
  gone.ws().socket().close();
  Session wrong = session();
  wrong.say("no JSON");
  EXPECT_EQ(wrong.read_to_end().code, 4400);
  wrong.ws().send_close(4400);
  WsClient broken(port(), {.subprotocols = {"courtside.v1.json"}});
  broken.socket().write(std::string("\x83\x80\x00\x00\x00\x00", 6));  // a reserved opcode
  wait_until("all are counted", [&] {
    return closes("1000", "client") == 1 && closes("other", "client") == 1 &&
           closes("1006", "client") == 1 && closes("4400", "server") == 1 &&
           closes("1002", "server") == 1;
  });
}

}  // namespace
}  // namespace courtside::e2e
