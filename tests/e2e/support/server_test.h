// The fixture of most tests: a server with a new folder, and an HTTP client.
//
// At the end SIGTERM must make the server exit with 0 (under a sanitizer that also proves that
// nothing leaked). If the test failed, the server's output is shown.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "tests/e2e/support/canaries.h"
#include "tests/e2e/support/events.h"
#include "tests/e2e/support/server_process.h"
#include "tests/e2e/support/sse_client.h"
#include "tests/e2e/support/test_http_client.h"
#include "tests/e2e/support/test_session.h"
#include "tests/e2e/support/wait.h"
#include "tests/e2e/support/ws_client.h"

namespace courtside::e2e {

class ServerTest : public ::testing::Test {
 protected:
  explicit ServerTest(std::vector<std::string> flags = {}, std::vector<std::string> wrapper = {})
      : server(std::move(flags), std::move(wrapper)), http(server.port()) {}

  void TearDown() override {
    if (server.process().running()) {
      EXPECT_EQ(stop_server(), 0);
    }
    expect_no_canary(server.process().output());
    if (HasFailure()) ADD_FAILURE() << "the server printed:\n" << server.process().output();
  }

  // SIGTERM; returns the exit status. Closes our own idle connection first.
  int stop_server() {
    http.close();
    return server.terminate();
  }

  std::uint16_t port() const { return server.port(); }
  Session session(const std::string& subprotocol = "courtside.v1.json") {
    return Session(port(), {.subprotocols = {subprotocol}});
  }

  ServerProcess server;
  HttpClient http;
};

}  // namespace courtside::e2e
