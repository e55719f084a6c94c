// Goal: a client that is cut at any moment and in any way, under load, and resumes from its cursor
// has in the end exactly the events of its channels: none lost, doubled or out of order.
#include <algorithm>
#include <cstdio>

#include "tests/e2e/support/load_run.h"
#include "tests/e2e/support/rover.h"
#include "tests/e2e/support/scale.h"
#include "tests/e2e/support/server_test.h"
#include "tests/e2e/support/workers.h"

namespace courtside::e2e {
namespace {

constexpr std::uint64_t kRooms = 40;
constexpr std::uint64_t kUsers = 30;

std::string room(std::uint64_t n) { return "room:r" + std::to_string(n % kRooms); }
std::string user(std::uint64_t n) { return "user:u" + std::to_string(n % kUsers); }
std::string type(std::uint64_t n) { return n % 2 == 0 ? "test.even" : "test.odd"; }

// Event n of a publisher: about a room, and for a user.
Draft draft(std::uint64_t n) {
  return {.id = "",
          .type = type(n),
          .subject = room(n),
          .data = "{\"n\":" + std::to_string(n) + "}",
          .channels = {user(n)}};
}

struct Wish {
  std::vector<std::string> channels;
  std::vector<std::string> types;

  bool wants(const Logged& event) const {
    const auto n = static_cast<std::uint64_t>(event.event["data"]["n"].number());
    const auto has = [](const std::vector<std::string>& all, const std::string& one) {
      return std::find(all.begin(), all.end(), one) != all.end();
    };
    return (has(channels, room(n)) || has(channels, user(n)) || has(channels, "user:*")) &&
           (types.empty() || has(types, type(n)));
  }
};

Wish random_wish(Random& random) {
  Wish wish;
  for (std::size_t i = pick(random, 4) + 1; i > 0; --i) {
    wish.channels.push_back(random() % 2 == 0 ? room(random()) : user(random()));
  }
  if (pick(random, 40) == 0) wish.channels = {"user:*"};
  if (pick(random, 4) == 0) wish.types = {type(random())};
  return wish;
}

struct Resume : ServerTest {
  // Often, so that cursors also move by `progress`.
  Resume() : ServerTest({"--heartbeat", "1s"}) {}
};

TEST_F(Resume, EveryClientCutFiftyTimesSeesItsPartOfTheLog) {
  const int clients = scaled(200, 40);
  const int cuts = scaled(50, 10);
  Random random(seed());
  std::printf("%d clients, %d cuts each, seed %llu\n", clients, cuts,
              static_cast<unsigned long long>(seed()));

  const Place start{session().epoch(), 0};
  std::vector<Wish> wishes;
  std::vector<Rover> rovers;
  for (int i = 0; i < clients; ++i) {
    wishes.push_back(random_wish(random));
    rovers.emplace_back(port(), wishes.back().channels, wishes.back().types, start);
  }

  Publisher publisher(port(), "ws", draft);
  Workers load;  // 2,000 events a second from a WebSocket and an HTTP publisher
  load.add([&] { publisher.run(load, Pace(milliseconds(10)), 10); });
  load.add([&] {
    HttpClient client(port());
    Pace pace(milliseconds(10));
    for (std::uint64_t n = 0; !load.stopped(); pace.next()) {
      std::vector<Draft> batch;
      for (int i = 0; i < 10; ++i, ++n) {
        batch.push_back(draft(n));
        batch.back().id = "http-" + std::to_string(n);
      }
      append(client, batch);
    }
  });

  Workers readers;
  for (Rover& rover : rovers) {
    readers.add([&rover, &readers, cuts, random = Random(random())]() mutable {
      for (int i = 0; i < cuts && !readers.stopped(); ++i) {
        // Some are cut before they received anything.
        rover.follow(milliseconds(pick(random, 8) == 0 ? pick(random, 5) : pick(random, 800)));
        rover.cut(Cut{static_cast<int>(pick(random, 3))});
      }
    });
  }
  readers.join();
  load.stop();
  load.join();

  const Place head = read_head_place(http);
  for (Rover& rover : rovers) readers.add([&] { rover.follow_to(head.offset); });
  readers.join();

  const std::vector<Logged> log = read_log(http);
  ASSERT_EQ(log.size(), head.offset);
  std::size_t delivered = 0;
  for (std::size_t i = 0; i < rovers.size(); ++i) {
    EXPECT_NO_THROW(
        rovers[i].expect_matches(log, [&](const Logged& e) { return wishes[i].wants(e); }));
    EXPECT_GE(rovers[i].connects(), cuts);
    delivered += rovers[i].seen().size();
  }
  EXPECT_GT(delivered, log.size());
  std::printf("%zu events, %zu deliveries\n", log.size(), delivered);
}

}  // namespace
}  // namespace courtside::e2e
