// Goal: at start a server reports whether access control is on, and metrics are only for callers
// with the permission.
#include <signal.h>

#include <filesystem>
#include <fstream>

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

}  // namespace
}  // namespace courtside::e2e
