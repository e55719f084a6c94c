// The fixture: one server with the echo endpoint and compression for all tests of a program's
// suite.
#pragma once

#include <gtest/gtest.h>

#include <memory>

#include "tests/e2e/conformance/support/echo_peer.h"
#include "tests/e2e/support/server_process.h"

namespace courtside::e2e {

class EchoTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    server_ = std::make_unique<ServerProcess>(
        std::vector<std::string>{"--conformance-echo", "true", "--deflate", "true"});
  }
  static void TearDownTestSuite() {
    EXPECT_EQ(server_->terminate(), 0) << server_->process().output();
    server_.reset();
  }

  static std::uint16_t port() { return server_->port(); }
  static void expect_all(const std::vector<EchoCase>& cases) {
    for (const EchoCase& each : cases) expect_echo(port(), each);
  }

 private:
  inline static std::unique_ptr<ServerProcess> server_;
};

}  // namespace courtside::e2e
