// Goal: a listener accepts a bounded number of clients per turn, and waits instead of spinning when
// the process runs out of descriptors.
#include "transport/listener.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <memory>
#include <vector>

#include "tests/transport/loopback.h"

namespace courtside {
namespace {

using namespace testing_loopback;

std::string parsed(std::string_view text) {
  const auto address = parse_listen_address(text);
  if (!address) return std::string(info(address.error().code).name);
  return address->host + " " + std::to_string(address->port) +
         (address->is_loopback() ? " loopback" : "");
}

TEST(ListenAddress, IsALiteralAddressWithAPort) {
  EXPECT_EQ(parsed("127.0.0.1:8080"), "127.0.0.1 8080 loopback");
  EXPECT_EQ(parsed("127.3.2.1:1"), "127.3.2.1 1 loopback");
  EXPECT_EQ(parsed("[::1]:0"), "::1 0 loopback");
  EXPECT_EQ(parsed("[::ffff:127.0.0.1]:1"), "::ffff:127.0.0.1 1 loopback");
  EXPECT_EQ(parsed("0.0.0.0:65535"), "0.0.0.0 65535");
  EXPECT_EQ(parsed("[::]:80"), ":: 80");
  for (const char* wrong :
       {"", "127.0.0.1", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:65536", "127.0.0.1:-1", ":80",
        "::1:80", "[::1]", "[::1]80", "[::1:80", "localhost:80", "1.2.3:80", "127.0.0.1:80 "}) {
    EXPECT_EQ(parsed(wrong), "bad_configuration") << wrong;
  }
}

TEST(Listener, SaysWhatStandsInTheWay) {
  Loop loop;
  const auto ignore = [](AcceptedSocket) {};
  auto first = Listener::listen(loop, {"127.0.0.1", 0}, ignore);
  ASSERT_TRUE(first);
  EXPECT_NE((*first)->port(), 0);
  const auto second = Listener::listen(loop, {"127.0.0.1", (*first)->port()}, ignore);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Code::unavailable);
  EXPECT_NE(second.error().message.find("in use"), std::string::npos) << second.error().message;
  EXPECT_FALSE(Listener::listen(loop, {"192.0.2.1", 0}, ignore));
}

TEST(Listener, AcceptsABoundedNumberPerTurn) {
  Server server;
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int count = 0; count < 3 * Listener::kAcceptsPerTurn; ++count) {
    clients.push_back(std::make_unique<RawClient>(server.port()));
    ASSERT_TRUE(clients.back()->connected());
  }
  std::size_t before = 0;
  ASSERT_TRUE(server.pump([&] {
    const std::size_t now = server.connections.size();
    EXPECT_LE(now - before, static_cast<std::size_t>(Listener::kAcceptsPerTurn));
    before = now;
    return now == clients.size();
  }));
}

// Uses up all descriptors, with a lowered limit.
class NoDescriptors {
 public:
  NoDescriptors() {
    getrlimit(RLIMIT_NOFILE, &before_);
    const int next = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    ::close(next);
    rlimit none = before_;
    none.rlim_cur = static_cast<rlim_t>(next);
    setrlimit(RLIMIT_NOFILE, &none);
  }
  ~NoDescriptors() { setrlimit(RLIMIT_NOFILE, &before_); }

 private:
  rlimit before_{};
};

TEST(Listener, WithoutDescriptorsItWaitsAndThenGoesOn) {
  Server server;
  int pauses = 0;
  server.on_exhausted = [&] { ++pauses; };
  RawClient client(server.port());
  {
    const NoDescriptors limit;
    bool later = false;
    server.loop.start_timer(250, [&] { later = true; });
    const std::uint64_t turns_before = server.turns;
    ASSERT_TRUE(server.pump([&] { return later; }));
    EXPECT_LT(server.turns - turns_before, 60u);
    EXPECT_EQ(server.connections.size(), 0u);
    EXPECT_GE(pauses, 1);
    EXPECT_LE(pauses, 3);  // one for each kExhaustedPauseMs
  }
  EXPECT_TRUE(server.pump([&] { return server.connections.size() == 1; }));
}

TEST(Listener, ASocketThatIsNotAdmittedIsAnsweredAndClosed) {
  Loop loop;
  bool asks = false;
  auto listening = Listener::listen(loop, {"127.0.0.1", 0}, [&](AcceptedSocket socket) {
    socket.refuse({.status = 503, .content_type = "text/plain", .body = "full"});
    asks = true;
  });
  ASSERT_TRUE(listening);
  RawClient client((*listening)->port());
  client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  for (int turn = 0; !asks && turn < 1000; ++turn) loop.run_turn(kTimerTickMs);
  EXPECT_EQ(without_date(client.input()),
            "HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/plain\r\nContent-Length: 4\r\n"
            "Connection: close\r\n\r\nfull");
  EXPECT_TRUE(client.ended());
}

TEST(Listener, AClosedOneRefuses) {
  Server server;
  const std::uint16_t port = server.port();
  server.listener.reset();
  RawClient client(port);
  EXPECT_FALSE(client.connected());
}

}  // namespace
}  // namespace courtside
