// Goal: `courtside tail` keeps a connection that is sound, however slowly its output is taken.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "tests/e2e/support/load.h"
#include "tests/e2e/support/server_test.h"
#include "tests/e2e/support/workers.h"

namespace courtside::e2e {
namespace {

// Passes bytes between one client after the other and the server, and puts `to` for `from` in what
// the server says: a text of the same length, which no two reads share. It goes when it is stopped.
class Rewriter {
 public:
  Rewriter(std::uint16_t server, std::string from, std::string to)
      : server_(address(server)), from_(std::move(from)), to_(std::move(to)) {
    sockaddr_in any = address(0);
    socklen_t size = sizeof any;
    auto* const generic = reinterpret_cast<sockaddr*>(&any);
    if (bind(listener_, generic, size) != 0 || listen(listener_, 16) != 0 ||
        getsockname(listener_, generic, &size) != 0) {
      give_up("cannot listen");
    }
    port_ = ntohs(any.sin_port);
    workers_.add([this] {
      while (!workers_.stopped()) {
        if (is_readable(listener_)) serve_one(accept(listener_, nullptr, nullptr));
      }
    });
  }
  ~Rewriter() {
    workers_.stop();
    workers_.join();
    close(listener_);
  }
  Rewriter(const Rewriter&) = delete;
  Rewriter& operator=(const Rewriter&) = delete;

  std::uint16_t port() const { return port_; }

 private:
  static int new_socket() { return socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0); }
  static sockaddr_in address(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    return address;
  }
  static bool is_readable(int fd) {
    pollfd wanted{.fd = fd, .events = POLLIN, .revents = 0};
    return poll(&wanted, 1, 20) > 0;
  }

  void serve_one(int client) {
    const int server = new_socket();
    if (connect(server, reinterpret_cast<const sockaddr*>(&server_), sizeof server_) == 0) {
      Workers back;
      back.add([&] { pass(client, server, back); });
      pass(server, client, back);
      back.stop();
    }
    close(server);
    close(client);
  }

  void pass(int from, int to, Workers& both) {
    std::string bytes(64 * 1024, '\0');
    while (!both.stopped() && !workers_.stopped()) {
      if (!is_readable(from)) continue;
      const ssize_t count = recv(from, bytes.data(), bytes.size(), 0);
      if (count <= 0) break;
      std::string_view piece(bytes.data(), static_cast<std::size_t>(count));
      if (const auto at = piece.find(from_); at != std::string::npos)
        bytes.replace(at, to_.size(), to_);
      while (!piece.empty() && !workers_.stopped()) {
        const ssize_t sent = send(to, piece.data(), piece.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent > 0) piece.remove_prefix(static_cast<std::size_t>(sent));
        if (sent < 0 && errno != EAGAIN) return both.stop();
        if (sent < 0) std::this_thread::yield();
      }
    }
    both.stop();
  }

  const int listener_ = new_socket();
  const sockaddr_in server_;
  const std::string from_;
  const std::string to_;
  std::uint16_t port_ = 0;
  Workers workers_;
};

struct TailOutput : ServerTest {
  TailOutput() : ServerTest({"--heartbeat", "20s"}) {}
};

// Story: a pager was left alone for a minute; then the tail took the silence that it had made
// itself for the server's, and dropped a connection on which events were waiting. The server is
// patient here, the command believes in heartbeats of a second.
TEST_F(TailOutput, ThatBlocksForLongIsNoSilenceOfTheServer) {
  const Rewriter network(port(), R"("heartbeat":20000)", R"("heartbeat": 1000)");
  TempFolder folder;
  const std::string pipe = folder.path() / "pipe";
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  append_one(http, {.id = "large", .data = json_string(std::string(200'000, 'x'))});
  Process tail({"/bin/sh", "-c",
                "exec \"$0\" tail --earliest -o jsonl --url http://127.0.0.1:" +
                    std::to_string(network.port()) + " > " + pipe,
                courtside_binary()});
  std::ifstream reader(pipe);
  std::string line;
  Workers others;
  others.add([&] {  // so that there is no silence of the server
    HttpClient client(port());
    Pace pace(milliseconds(200));
    for (int i = 0; !others.stopped(); ++i, pace.next()) {
      append_one(client, {.id = "small-" + std::to_string(i)});
    }
  });
  const auto until = Deadline::Clock::now() + seconds(3);  // more than two heartbeats
  wait_until("the pipe was full for 3 s", [&] { return Deadline::Clock::now() > until; });
  for (int i = 0; i < 25; ++i) ASSERT_TRUE(std::getline(reader, line)) << i;
  EXPECT_NE(line.find("\"small-23\""), std::string::npos) << line;
  EXPECT_EQ(tail.output(), "");
  others.stop();
  others.join();
}

}  // namespace
}  // namespace courtside::e2e
