// Goal: the same (source, id) is one event with one position, whenever, from wherever and however
// often it is sent; and of several writers of a subject's next version exactly one succeeds.
#include <mutex>
#include <set>

#include "tests/e2e/support/load_run.h"
#include "tests/e2e/support/scale.h"
#include "tests/e2e/support/server_test.h"
#include "tests/e2e/support/workers.h"

namespace courtside::e2e {
namespace {

using Idempotency = ServerTest;

struct Answer {
  std::string position;
  bool duplicate = false;
};

Answer publish(Session& session, const std::string& id) {
  const Json ok = session.publish(Draft{.id = id}.json());
  return {ok["position"].text(), ok["duplicate"].boolean()};
}

Answer post(HttpClient& http, const std::string& id) {
  const Json result = append(http, {{.id = id}}).front();
  return {result["position"].text(), result["duplicate"].boolean()};
}

TEST_F(Idempotency, ARepeatLaterAndAfterRestartsIsTheFirst) {
  const std::string first = append_one(http, {.id = "once"});
  for (const char* id : {"other", "another", "yet another"}) append_one(http, {.id = id});
  const auto expect_duplicate = [&](const char* when) {
    for (const Answer& answer : {post(http, "once"), [&] {
                                   Session client = session();
                                   return publish(client, "once");
                                 }()}) {
      EXPECT_EQ(answer.position, first) << when;
      EXPECT_TRUE(answer.duplicate) << when;
    }
  };
  expect_duplicate("at once");
  std::this_thread::sleep_for(milliseconds(1100));  // the test is about time itself
  expect_duplicate("after more than a second");
  EXPECT_EQ(stop_server(), 0);
  server.start();
  expect_duplicate("after a restart");
  server.kill_and_start();
  expect_duplicate("after a crash");
  EXPECT_EQ(read_log(http).size(), 4u);
}

TEST_F(Idempotency, FromManyConnectionsAtOnceOneIsTheFirst) {
  constexpr int kWriters = 6;
  const int rounds = scaled(300, 60);
  std::vector<std::vector<Answer>> answers(kWriters);
  Workers writers;
  for (int writer = 0; writer < kWriters; ++writer) {
    writers.add([&, writer] {
      Session over_ws = session();
      HttpClient over_http(port());
      for (int round = 0; round < rounds; ++round) {
        const std::string id = std::to_string(round);
        answers[static_cast<std::size_t>(writer)].push_back(writer % 2 == 0 ? publish(over_ws, id)
                                                                            : post(over_http, id));
      }
    });
  }
  writers.join();
  for (int round = 0; round < rounds; ++round) {
    int firsts = 0;
    std::set<std::string> positions;
    for (const auto& of_writer : answers) {
      const Answer& answer = of_writer[static_cast<std::size_t>(round)];
      firsts += !answer.duplicate;
      positions.insert(answer.position);
    }
    EXPECT_EQ(firsts, 1) << round;
    EXPECT_EQ(positions.size(), 1u) << round;
  }
  EXPECT_EQ(read_log(http).size(), static_cast<std::size_t>(rounds));
}

TEST_F(Idempotency, OfSixtyFourWritersOneWinsEachVersion) {
  const int writers_count = scaled(64, 16);
  constexpr int kAttempts = 20;
  std::mutex mutex;
  std::set<std::int64_t> won;
  Workers writers;
  for (int writer = 0; writer < writers_count; ++writer) {
    writers.add([&, writer] {
      Session client = session();
      std::uint64_t known = 0;
      for (int i = 0; i < kAttempts; ++i) {
        const std::string id = std::to_string(writer) + "-" + std::to_string(i);
        const Json answer = client.publish(Draft{.id = id, .subject = "race:r"}.json(), known);
        if (answer["type"].text() == "ok") {
          const std::int64_t version = answer["subjectversion"].number();
          if (version != static_cast<std::int64_t>(known) + 1) give_up("skipped a version");
          known = static_cast<std::uint64_t>(version);
          const std::lock_guard lock(mutex);
          if (!won.insert(version).second) give_up("two won version " + std::to_string(version));
        } else {
          if (answer["code"].text() != "version_conflict") give_up(std::string(answer.raw()));
          const auto current = static_cast<std::uint64_t>(answer["details"]["current"].number());
          if (current <= known)
            give_up("told version " + std::to_string(current) + ", knew better");
          known = current;
        }
      }
    });
  }
  writers.join();
  const std::vector<Logged> log = read_log(http, "subject=race:r");
  ASSERT_EQ(log.size(), won.size());
  EXPECT_EQ(*won.rbegin(), static_cast<std::int64_t>(won.size()));
  for (std::size_t i = 0; i < log.size(); ++i) {
    EXPECT_EQ(log[i].event["subjectversion"].number(), static_cast<std::int64_t>(i + 1));
  }
  EXPECT_LT(won.size(), static_cast<std::size_t>(writers_count * kAttempts));  // some did lose
}

}  // namespace
}  // namespace courtside::e2e
