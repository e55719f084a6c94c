// The fixture of these tests: a platform, a server that uses it, and http-backend, which publishes.
// It ends like ServerTest: by SIGTERM, with exit 0.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/e2e/access/support/platform.h"
#include "tests/e2e/support/events.h"
#include "tests/e2e/support/test_session.h"

namespace courtside::e2e {

// Checks that everything that was sent has been read.
inline void expect_silence(Session& session) {
  session.say(R"({"type":"ping"})");
  session.expect("pong");
}

class AccessTest : public ::testing::Test {
 protected:
  explicit AccessTest(const std::vector<std::string>& flags = {}) : AccessTest(Platform(), flags) {}
  AccessTest(Platform made, const std::vector<std::string>& flags)
      : platform(std::move(made)),
        server(platform.flags(flags)),
        backend(server.port(), bearer(kServiceKey)) {}

  void TearDown() override {
    backend.close();
    EXPECT_EQ(server.terminate(), 0);
    expect_no_canary(server.process().output());
    if (HasFailure()) ADD_FAILURE() << "the server printed:\n" << server.process().output();
  }

  std::uint16_t port() const { return server.port(); }
  Session session(const std::string& token, int receive_buffer_bytes = 0) {
    return Session(port(),
                   {.headers = bearer(token), .receive_buffer_bytes = receive_buffer_bytes});
  }
  // Publishes as http-backend; returns the event's offset.
  std::uint64_t publish(const Draft& draft) {
    return Place::parse(append_one(backend, draft)).offset;
  }
  Place head() {
    HttpClient anyone(port());
    return read_head_place(anyone, "channel=availability:none&");
  }

  Platform platform;
  ServerProcess server;
  HttpClient backend;
};

}  // namespace courtside::e2e
