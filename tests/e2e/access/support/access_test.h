// The fixture of these tests: a platform, a server that asks it, and http-backend, which publishes.
// It ends as ServerTest does: by SIGTERM, with exit 0.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/e2e/access/support/platform.h"
#include "tests/e2e/support/events.h"
#include "tests/e2e/support/session.h"

namespace courtside::e2e {

// Nothing has been sent that was not read.
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
  // http-backend's; the offset of the event.
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
