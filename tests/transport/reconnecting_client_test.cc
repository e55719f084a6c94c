// Goal: a client comes back after every loss until its handler says no, and may be destroyed at any
// time outside of its callbacks.
#include "transport/client/reconnecting_client.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "tests/transport/loopback.h"

namespace courtside {
namespace {

using namespace testing_loopback;

// A ReconnectingClient and what it was told.
struct Returning {
  explicit Returning(Server& server)
      : client(server.loop, {"127.0.0.1", server.port()}, "/v1/ws", "") {
    client.connect({.on_open = [this] { note("open"); },
                    .on_message = [this](std::string_view text) { note(std::string(text)); },
                    .on_closed =
                        [this](std::uint16_t code, std::string_view) {
                          note("closed " + std::to_string(code));
                          return code != 4403;
                        }});
  }
  void note(const std::string& what) { log += (log.empty() ? "" : "; ") + what; }

  std::string log;
  ReconnectingClient client;
};

TEST(ReconnectingClient, ComesBackUntilItsHandlerSaysNo) {
  Server server;
  Returning returning(server);
  ASSERT_TRUE(server.pump([&] { return returning.log == "open"; }));
  returning.client.send("one");
  ASSERT_TRUE(server.pump([&] { return returning.log.ends_with("one"); })) << returning.log;
  server.connection().abort();
  ASSERT_TRUE(server.pump([&] { return returning.log.ends_with("open"); })) << returning.log;
  returning.client.abort();
  ASSERT_TRUE(
      server.pump([&] { return returning.log.ends_with("closed 0; open; closed 0; open"); }));
  ASSERT_TRUE(server.pump([&] { return server.connections.size() == 1; }));
  server.connection().close_websocket(4403, "forbidden");
  ASSERT_TRUE(server.pump([&] { return returning.log.ends_with("closed 4403"); }));
  EXPECT_EQ(returning.log, "open; one; closed 0; open; closed 0; open; closed 4403");
}

TEST(ReconnectingClient, ComesBackWhileNobodyListens) {
  Server server;
  Returning returning(server);
  ASSERT_TRUE(server.pump([&] { return returning.log == "open"; }));
  server.listener.reset();
  server.connection().abort();
  ASSERT_TRUE(server.pump([&] { return returning.log.ends_with("closed 0; closed 0; closed 0"); }));
}

TEST(ReconnectingClient, MayBeDestroyedBeforeTheNextAttempt) {
  Server server;
  auto returning = std::make_unique<Returning>(server);
  ASSERT_TRUE(server.pump([&] { return returning->log == "open"; }));
  server.connection().abort();
  ASSERT_TRUE(server.pump([&] { return returning->log.ends_with("closed 0"); }));
  returning.reset();
  const std::uint64_t begin = server.loop.now_ms();
  ASSERT_TRUE(server.pump(
      [&] { return server.loop.now_ms() > begin + 2 * ReconnectingClient::kPauseMsMin; }));
  EXPECT_TRUE(server.connections.empty());
}

}  // namespace
}  // namespace courtside
