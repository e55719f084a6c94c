// Goal: `courtside tail` keeps a working connection, however slowly its output is read, and comes
// back after a refusal that passes.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "tests/e2e/support/admission_fixture.h"
#include "tests/e2e/support/load_run.h"
#include "tests/e2e/support/server_test.h"
#include "tests/e2e/support/workers.h"

namespace courtside::e2e {
namespace {

// Forwards bytes between the server and one client after another, and replaces `from` by `to` (same
// length) in the server's bytes. `from` must not be split over two reads.
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

// Story: a pager stood still for a minute. The tail took the pause that itself had made for silence
// of the server, and dropped a connection with waiting events. Here the server is patient, and the
// command expects heartbeats every second.
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
  others.add([&] {  // so that the server is not silent
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

// An account that may subscribe once a second.
struct TailRefused : AdmissionTest {
  TailRefused() : AdmissionTest({"--limits-subscribes-per-second", "1"}) {}

  std::vector<std::unique_ptr<Process>> start_tails(const std::string& how = "--follow") const {
    const std::string url = "http://127.0.0.1:" + std::to_string(port());
    std::vector<std::unique_ptr<Process>> tails;
    for (int i = 0; i < 4; ++i) {
      tails.push_back(std::make_unique<Process>(
          std::vector<std::string>{courtside_binary(), "tail", "user:42", "--earliest", "-o", "csv",
                                   how, "--token", token, "--url", url}));
    }
    return tails;
  }
};

// Story: the server had restarted, the clients of an account came back at once, and a tail that was
// told to come later ended.
TEST_F(TailRefused, ComesBackWhenItMay) {
  const auto tails = start_tails();
  for (const auto& tail : tails) tail->wait_for_output("sequence,");
  int refused = 0;
  for (const auto& tail : tails)
    refused += tail->output().find("trying again") != std::string::npos;
  EXPECT_GE(refused, 1);
}

TEST_F(TailRefused, EndsWhenItDoesNotFollow) {
  int refused = 0;
  for (const auto& tail : start_tails("--no-follow")) refused += tail->wait() == 75;
  EXPECT_GE(refused, 1);
}

}  // namespace
}  // namespace courtside::e2e
