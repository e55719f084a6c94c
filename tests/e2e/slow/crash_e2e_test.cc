// Goal: `kill -9` at any moment loses nothing acknowledged and assigns no offset twice; no event
// that a subscriber saw is missing or different afterwards. A batch is there completely or not at
// all.
//
// COURTSIDE_TEST_KILLS: how many times a server under load is killed (20).
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <mutex>
#include <set>

#include "tests/e2e/support/load_run.h"
#include "tests/e2e/support/rover.h"
#include "tests/e2e/support/scale.h"
#include "tests/e2e/support/server_test.h"
#include "tests/e2e/support/workers.h"

namespace courtside::e2e {
namespace {

using Crash = ServerTest;

constexpr std::uint64_t kCrashRooms = 8;

std::string crash_room(std::uint64_t n) { return "room:r" + std::to_string(n % kCrashRooms); }

Draft crash_draft(std::uint64_t n) {
  return {.id = "", .subject = crash_room(n), .data = "{\"n\":" + std::to_string(n) + "}"};
}

using Answers = std::map<std::string, Publisher::Acknowledged>;

// Publishes batches over HTTP, each until it is answered.
class HttpPublisher {
 public:
  HttpPublisher(std::uint16_t port, std::string name) : name_(std::move(name)), http_(port) {}

  void run(const Workers& workers, Pace pace) {
    for (std::uint64_t n = 0; !workers.stopped(); n += kBatchEvents) {
      std::vector<Draft> batch;
      for (std::uint64_t i = n; i < n + kBatchEvents; ++i) {
        batch.push_back(crash_draft(i));
        batch.back().id = name_ + "-" + std::to_string(i);
      }
      publish(batch);
      pace.next();
    }
  }

  const Answers& acknowledged() const { return acknowledged_; }

 private:
  static constexpr std::uint64_t kBatchEvents = 3;

  void publish(const std::vector<Draft>& batch) {
    for (const Deadline deadline;;) {
      try {
        const HttpResponse answer =
            http_.post("/v1/events", std::string(kBatch), batch_json(batch));
        if (answer.status == 200) return keep(batch, answer.json()["results"].items());
        if (!answer.json()["retryable"].boolean()) give_up("a batch got " + answer.body);
      } catch (const Disconnected&) {
        http_.close();
      }
      if (deadline.expired()) give_up("a batch is not accepted");
      std::this_thread::sleep_for(milliseconds(2));  // between two attempts
    }
  }

  void keep(const std::vector<Draft>& batch, const std::vector<Json>& results) {
    for (std::size_t i = 0; i < results.size(); ++i) {
      acknowledged_[batch.at(i).id] = {results[i]["position"].text(),
                                       results[i]["duplicate"].boolean()};
    }
  }

  const std::string name_;
  HttpClient http_;
  Answers acknowledged_;
};

// Every acknowledged event is at its position, and only there.
void expect_all_there(const std::vector<Logged>& log, const Answers& acknowledged,
                      std::set<std::string>& positions) {
  std::map<std::string, std::uint64_t> offsets;
  for (const Logged& event : log) {
    EXPECT_TRUE(offsets.emplace(event.id, event.offset).second) << event.id << " is there twice";
  }
  for (const auto& [id, answer] : acknowledged) {
    const auto found = offsets.find(id);
    ASSERT_NE(found, offsets.end()) << id << " was acknowledged at " << answer.position;
    EXPECT_EQ(Place::parse(answer.position).offset, found->second) << id;
    EXPECT_TRUE(positions.insert(answer.position).second) << answer.position << " was given twice";
  }
}

int kills_under_load() {
  const char* const chosen = std::getenv("COURTSIDE_TEST_KILLS");
  return chosen == nullptr ? scaled(20, 6) : std::atoi(chosen);
}

TEST_F(Crash, KillsUnderLoad) {
  const int kills = kills_under_load();
  // The whole log is compared at the end, so many kills get less load each.
  const Pace pace(milliseconds(std::max(2, kills / 25)));
  Random random(seed());
  std::printf("%d kills, seed %llu\n", kills, static_cast<unsigned long long>(seed()));
  const Place start{session().epoch(), 0};

  std::vector<Publisher> publishers;
  for (const char* name : {"a", "b", "c"}) publishers.emplace_back(port(), name, crash_draft);
  std::vector<Rover> rovers;
  for (std::uint64_t i = 0; i < kCrashRooms; ++i) {
    rovers.emplace_back(port(), i == 0 ? std::vector<std::string>{"*"} : std::vector{crash_room(i)},
                        std::vector<std::string>{}, start);
  }
  HttpPublisher over_http(port(), "h");
  Workers load;
  for (Publisher& publisher : publishers) {
    load.add([&] { publisher.run(load, pace, 4); });
  }
  load.add([&] { over_http.run(load, pace); });
  for (Rover& rover : rovers) {
    load.add([&] {
      while (!load.stopped()) rover.follow(milliseconds(100));
    });
  }

  for (int i = 0; i < kills && !load.stopped(); ++i) {
    // Sometimes at once: during the recovery from the previous crash.
    std::this_thread::sleep_for(milliseconds(pick(random, 4) == 0 ? 0 : pick(random, 600)));
    server.kill_and_start();
  }
  std::this_thread::sleep_for(milliseconds(200));  // some load on the last one, too
  load.stop();
  load.join();

  const std::vector<Logged> log = read_log(http);
  for (std::size_t i = 0; i < log.size(); ++i) ASSERT_EQ(log[i].offset, i + 1) << "a hole";
  std::set<std::string> positions;
  std::vector<Answers> answers = {over_http.acknowledged()};
  for (const Publisher& publisher : publishers) answers.push_back(publisher.acknowledged());
  std::size_t acknowledged = 0, duplicates = 0;
  for (const Answers& each : answers) {
    expect_all_there(log, each, positions);
    acknowledged += each.size();
    for (const auto& [id, answer] : each) duplicates += answer.duplicate;
  }
  EXPECT_EQ(acknowledged, log.size());  // events in flight were repeated until acknowledged
  for (std::size_t i = 0; i < rovers.size(); ++i) {
    rovers[i].follow_to(log.size());
    EXPECT_NO_THROW(rovers[i].expect_matches(log, [&](const Logged& event) {
      return i == 0 || event.event["subject"].text() == crash_room(i);
    }));
    EXPECT_GT(rovers[i].connects(), kills / 2);
  }
  std::printf("%zu events, of whom %zu were written but unanswered when the server died\n",
              log.size(), duplicates);
}

TEST_F(Crash, ABatchOverFiveSubjectsIsAllThereOrNotAtAll) {
  constexpr std::size_t kSubjects = 5;
  const int kills = scaled(20, 6);
  Random random(seed());
  std::set<std::string> acknowledged;
  int unanswered = 0;

  for (int round = 0; round < kills; ++round) {
    std::mutex mutex;
    Workers writers;
    for (int writer = 0; writer < 3; ++writer) {
      writers.add([&, writer] {
        HttpClient client(port());
        for (int i = 0;; ++i) {
          const std::string name =
              std::to_string(round) + "-" + std::to_string(writer) + "-" + std::to_string(i);
          std::vector<Draft> batch;
          for (std::size_t s = 0; s < kSubjects; ++s) {
            batch.push_back(
                {.id = name + "/" + std::to_string(s), .subject = "part:p" + std::to_string(s)});
          }
          try {
            append(client, batch);
            const std::lock_guard lock(mutex);
            acknowledged.insert(name);
          } catch (const Disconnected&) {
            const std::lock_guard lock(mutex);
            ++unanswered;
            return;
          }
        }
      });
    }
    std::this_thread::sleep_for(milliseconds(20 + pick(random, 150)));
    server.kill();
    writers.join();
    server.start();
  }
  EXPECT_EQ(unanswered, kills * 3);

  std::map<std::string, std::vector<std::uint64_t>> batches;
  for (const Logged& event : read_log(http)) {
    batches[event.id.substr(0, event.id.find('/'))].push_back(event.offset);
  }
  for (const auto& [name, offsets] : batches) {
    ASSERT_EQ(offsets.size(), kSubjects) << name;
    EXPECT_EQ(offsets.back() - offsets.front(), kSubjects - 1) << name << " is not in one piece";
  }
  for (const std::string& name : acknowledged) EXPECT_EQ(batches.count(name), 1u) << name;
  EXPECT_GT(acknowledged.size(), static_cast<std::size_t>(kills));
  std::printf("%zu batches acknowledged, %d cut off, of whom %zu are there\n", acknowledged.size(),
              unanswered, batches.size() - acknowledged.size());
}

}  // namespace
}  // namespace courtside::e2e
