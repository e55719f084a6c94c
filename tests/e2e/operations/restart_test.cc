// Goal: a restart in place (SIGUSR2) keeps the process, the address and the log; clients resume,
// and no event is lost or doubled. A program that does not accept its configuration does not take
// over.
#include <signal.h>

#include <atomic>
#include <deque>
#include <fstream>
#include <iostream>

#include "tests/e2e/support/load_run.h"
#include "tests/e2e/support/rover.h"
#include "tests/e2e/support/scale.h"
#include "tests/e2e/support/server_test.h"
#include "tests/e2e/support/workers.h"

namespace courtside::e2e {
namespace {

int open_descriptors(pid_t process) {
  int count = 0;
  for ([[maybe_unused]] const auto& each :
       std::filesystem::directory_iterator("/proc/" + std::to_string(process) + "/fd")) {
    ++count;
  }
  return count;
}

int count_of(const std::string& text, std::string_view part) {
  int count = 0;
  for (std::size_t at = 0; (at = text.find(part, at)) != std::string::npos; ++at) ++count;
  return count;
}

struct Restart : ServerTest {
  explicit Restart(std::vector<std::string> flags = {}) : ServerTest(std::move(flags)) {}

  // Until the next program listens.
  void restart() {
    const int before = count_of(server.process().output(), "listening on");
    server.process().signal(SIGUSR2);
    wait_until("the next program listens",
               [&] { return count_of(server.process().output(), "listening on") > before; });
  }
};

TEST_F(Restart, KeepsTheProcessTheAddressAndTheLog) {
  append_one(http, {.id = "before"});
  http.close();
  restart();
  const int descriptors = open_descriptors(server.process().pid());
  for (int i = 0; i < 3; ++i) restart();
  EXPECT_EQ(open_descriptors(server.process().pid()), descriptors);
  HttpClient client(port());
  append_one(client, {.id = "after"});
  EXPECT_EQ(read_log(client).size(), 2u);
}

// Who connects between the two programs waits, and is served by the second one.
TEST_F(Restart, ASessionIsToldAndANewOneIsServed) {
  Session client = session();
  client.subscribe({});
  client.expect("live");
  server.process().signal(SIGUSR2);
  EXPECT_LT(client.expect("draining")["retryafter"].number(), 1000);
  Session next(port(), {});
  EXPECT_EQ(next.epoch(), client.epoch());
  EXPECT_EQ(client.read_to_end().code, 1012);
}

// One that answers no close frame is not waited for as long as in a stop.
TEST_F(Restart, AClientThatDoesNotReadDelaysItByASecond) {
  Session idle = session();
  restart();
  EXPECT_EQ(HttpClient(port()).get("/health").status, 200);
}

TEST_F(Restart, AStopThatComesMeanwhileIsAStop) {
  http.close();
  server.process().signal(SIGUSR2);
  server.process().wait_for_output("restarting in place");
  EXPECT_EQ(server.terminate(), 0);
}

// A parent that ignores SIGCHLD leaves it ignored.
TEST(RestartOfAChild, WhoseParentIgnoresTheEndOfChildren) {
  TempFolder folder;
  Process server({"/usr/bin/env", "--ignore-signal=CHLD", courtside_binary(), "serve", "--listen",
                  "127.0.0.1:0", "--data", (folder.path() / "log").string()});
  server.wait_for_output("listening on");
  server.signal(SIGUSR2);
  wait_until("the next program listens",
             [&] { return count_of(server.output(), "listening on") == 2; });
  server.signal(SIGTERM);
  EXPECT_EQ(server.wait(), 0);
}

struct RestartWithFile {
  RestartWithFile() { write("[limits]\nheaders = 64\n"); }
  void write(const std::string& text) const { std::ofstream(path()) << text; }
  std::string path() const { return (folder.path() / "courtside.toml").string(); }
  TempFolder folder;
};

struct RestartWithConfiguration : RestartWithFile, Restart {
  RestartWithConfiguration() : Restart({"--config", path()}) {}
};

TEST_F(RestartWithConfiguration, TakesOverTheNewSettings) {
  write("[limits]\nheaders = 16\n");
  http.close();
  restart();
  HttpRequest request{.target = "/health"};
  for (int i = 0; i < 20; ++i) request.headers.emplace_back("x-" + std::to_string(i), "y");
  EXPECT_EQ(HttpClient(port()).send(request).status, 431);
}

TEST_F(RestartWithConfiguration, IsRefusedWhenTheConfigurationIsBad) {
  Session client = session();
  write("[limits]\nheaders = 'many'\n");
  server.process().signal(SIGUSR2);
  server.process().wait_for_output("no restart: ");
  EXPECT_NE(server.process().output().find("does not accept the configuration (exit status 78)"),
            std::string::npos);
  client.subscribe({});
  client.expect("live");
  write("");
  client.ws().socket().close();
  restart();
}

// One lane for each client, so that each sees a part of the load.
std::string lane(std::uint64_t n, std::uint64_t lanes) {
  return "lane:l" + std::to_string(n % lanes);
}

TEST_F(Restart, UnderLoadEveryClientResumesWithoutLossOrDouble) {
  const int clients = is_long() ? 1000 : scaled(60, 20);
  const int restarts = scaled(4, 2);
  const int burst = is_long() ? 10 : 3;  // each 10 ms
  const auto lanes = static_cast<std::uint64_t>(clients);
  const Place start{session().epoch(), 0};
  http.close();

  std::deque<Rover> rovers;
  std::deque<std::atomic<int>> connects;
  for (int i = 0; i < clients; ++i) {
    rovers.emplace_back(port(), std::vector{lane(static_cast<std::uint64_t>(i), lanes)},
                        std::vector<std::string>{}, start);
    connects.emplace_back(0);
  }
  Publisher publisher(port(), "load",
                      [&](std::uint64_t n) { return Draft{.subject = lane(n, lanes)}; });
  Workers writers;
  Workers readers;
  for (std::size_t i = 0; i < rovers.size(); ++i) {
    readers.add([&, i] {
      while (!readers.stopped()) {
        rovers[i].follow(milliseconds(20));
        connects[i] = rovers[i].connects();
      }
    });
  }
  writers.add([&] { publisher.run(writers, Pace(milliseconds(10)), burst); });
  const auto all_connected = [&](int times) {
    return std::all_of(connects.begin(), connects.end(),
                       [times](const std::atomic<int>& each) { return each >= times; });
  };
  wait_until("all clients are connected", [&] { return all_connected(1); });
  for (int i = 0; i < restarts; ++i) {
    const auto begin = Deadline::Clock::now();
    restart();
    const auto served = Deadline::Clock::now();
    wait_until("all clients are back", [&] { return all_connected(i + 2); });
    const auto ms = [&](auto time) {
      return std::chrono::duration_cast<milliseconds>(time - begin).count();
    };
    std::cout << clients << " clients: the next program listened after " << ms(served)
              << " ms, the last client was back after " << ms(Deadline::Clock::now()) << " ms\n";
  }
  writers.stop();
  writers.join();
  readers.stop();
  readers.join();

  HttpClient client(port());
  const std::vector<Logged> log = read_log(client);
  EXPECT_EQ(log.size(), publisher.acknowledged().size());
  const std::uint64_t head = read_head_place(client).offset;
  for (std::size_t i = 0; i < rovers.size(); ++i) {
    rovers[i].cut(Cut::kClean);
    rovers[i].follow_to(head);
    rovers[i].expect_matches(
        log, [&](const Logged& event) { return event.event["subject"].text() == lane(i, lanes); });
  }
}

}  // namespace
}  // namespace courtside::e2e
