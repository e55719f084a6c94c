// Goal: all shards exist when the log thread commits, however early that is. Retention that is due
// at start makes it commit at once.
//
// ThreadSanitizer reports a wrong start order even if the start ends well. COURTSIDE_TEST_STARTS
// sets the number of starts (3).
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "engine/config/config.h"
#include "engine/server/server.h"
#include "tests/support/log_story.h"
#include "transport/client/client.h"

namespace courtside {
namespace {

using story::TempFolder;

constexpr std::uint64_t kExpiredEvents = 200;
constexpr int kPublishers = 4;
constexpr std::uint32_t kRequestTimeoutMs = 30'000;

// The bound is longer than a busy machine needs under a sanitizer.
template <typename Condition>
bool eventually(Condition&& condition) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));  // between two checks
  }
  return true;
}

int start_count() {
  const char* chosen = std::getenv("COURTSIDE_TEST_STARTS");
  return chosen != nullptr ? std::atoi(chosen) : 3;
}

// A log whose events were all recorded in 1970.
void write_expired_log(const std::string& path) {
  const auto log = story::open_log({.path = path});
  for (std::uint64_t i = 0; i < kExpiredEvents; ++i) {
    story::commit(*log, {Command(story::append({{"old-" + std::to_string(i)}}))}, Timestamp(1));
  }
}

Config config_for(const std::string& data) {
  Config config;
  config.listen = "127.0.0.1:0";
  config.data = data;
  config.shards = 200;
  config.retention.age_s = 3600;
  return config;
}

// Publishes until it is stopped; counts the acknowledged events.
class Publisher {
 public:
  Publisher(std::uint16_t port, const std::string& name)
      : thread_([this, port, name] { run(port, name); }) {}
  ~Publisher() {
    stopping_ = true;
    thread_.join();
  }
  int acknowledged() const { return acknowledged_; }

 private:
  void run(std::uint16_t port, const std::string& name) {
    for (int i = 0; !stopping_; ++i) {
      const std::string body = R"({"specversion":"1.0","source":"/test","type":"note.added",)"
                               R"("subject":"note:n1","id":")" +
                               name + "-" + std::to_string(i) + R"("})";
      const auto answer =
          http_request({.port = port}, "POST", "/v1/events",
                       {{"content-type", "application/cloudevents+json"}}, body, kRequestTimeoutMs);
      if (answer && answer->status == 200) ++acknowledged_;
    }
  }

  std::atomic<bool> stopping_{false};
  std::atomic<int> acknowledged_{0};
  std::thread thread_;
};

TEST(ServerStartTest, StartsUnderLoadWith200ShardsWhileRetentionIsDue) {
  const TempFolder expired;
  write_expired_log(expired.path());
  for (int round = 0; round < start_count(); ++round) {
    const TempFolder data;
    std::filesystem::copy(expired.path(), data.path(),
                          std::filesystem::copy_options::recursive |
                              std::filesystem::copy_options::overwrite_existing);
    auto server = Server::start(config_for(data.path()));
    ASSERT_TRUE(server) << server.error().message;
    std::thread serving([&] { EXPECT_TRUE((*server)->run()); });
    {
      std::vector<std::unique_ptr<Publisher>> publishers;
      for (int i = 0; i < kPublishers; ++i) {
        publishers.push_back(
            std::make_unique<Publisher>((*server)->port(), "p" + std::to_string(i)));
      }
      EXPECT_TRUE(eventually([&] { return (*server)->held().begin > Offset(kExpiredEvents); }));
      for (const auto& publisher : publishers) {
        EXPECT_TRUE(eventually([&] { return publisher->acknowledged() > 0; }));
      }
    }
    (*server)->request_stop();
    serving.join();
  }
}

// A second server on the same port fails in the middle of its start.
TEST(ServerStartTest, AStartThatFailsLeavesNothingBehind) {
  const TempFolder first_data;
  const TempFolder second_data;
  write_expired_log(second_data.path());
  auto first = Server::start(config_for(first_data.path()));
  ASSERT_TRUE(first) << first.error().message;
  Config config = config_for(second_data.path());
  config.listen = "127.0.0.1:" + std::to_string((*first)->port());
  const auto second = Server::start(config);
  ASSERT_FALSE(second);
  // Retention removed nothing: the log thread was not started.
  const auto log = story::open_log({.path = second_data.path()});
  EXPECT_EQ(story::describe(log->held()), "1..200");
}

}  // namespace
}  // namespace courtside
