// Goal: reads of gone subscribers and connections are dropped, and those that wait get their turn.
#include "engine/server/read_scheduler.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "engine/server/read_pool.h"

namespace courtside {
namespace {

// Stands in for the shard's thread: the test runs it task by task.
class Inbox {
 public:
  void post(ReadScheduler::Task task) {
    const std::lock_guard lock(mutex_);
    tasks_.push_back(std::move(task));
    ready_.notify_one();
  }
  // Waits for `count` tasks and runs them.
  void run(std::size_t count) {
    for (std::size_t done = 0; done < count; ++done) {
      std::unique_lock lock(mutex_);
      ready_.wait(lock, [this] { return !tasks_.empty(); });
      const ReadScheduler::Task task = std::move(tasks_.front());
      tasks_.erase(tasks_.begin());
      lock.unlock();
      task();
    }
  }

 private:
  std::mutex mutex_;
  std::condition_variable ready_;
  std::vector<ReadScheduler::Task> tasks_;
};

constexpr std::size_t kInFlight = 4;

struct ReadSchedulerTest : ::testing::Test {
  // A job that counts the read and its completion.
  ReadScheduler::Job counted() {
    return [this] {
      ++reads;
      return [this] { ++outcomes; };
    };
  }

  std::atomic<int> reads{0};
  int outcomes = 0;
  Inbox inbox;
  std::unique_ptr<ReadPool> pool = std::make_unique<ReadPool>(2);
  ReadScheduler scheduler{*pool, kInFlight,
                          [this](ReadScheduler::Task task) { inbox.post(std::move(task)); }};
};

// Story: 2,000 clients subscribed from the earliest event and vanished. The server still read
// 817,705 records for them.
TEST_F(ReadSchedulerTest, PagesOfTheGoneAreNotRead) {
  constexpr std::uint64_t kSubscribers = 2000;
  for (std::uint64_t id = 1; id <= kSubscribers; ++id) {
    scheduler.read_page(SubscriberId(id), counted());
  }
  for (std::uint64_t id = 1; id <= kSubscribers; ++id) scheduler.forget(SubscriberId(id));
  inbox.run(kInFlight);
  pool.reset();
  EXPECT_LE(reads, static_cast<int>(kInFlight));
}

// Reads that still wait for a read thread are dropped, too.
TEST_F(ReadSchedulerTest, PagesThatWaitForAThreadAreNotReadForTheGone) {
  // Shared, because a thread may come to it when this test is over.
  const auto gate = std::make_shared<std::mutex>();
  std::unique_lock closed(*gate);
  for (int i = 0; i < 2; ++i) {  // both threads are busy
    pool->submit([gate] { const std::lock_guard passed(*gate); }, ReadClass::kLive);
  }
  for (std::uint64_t id = 1; id <= kInFlight; ++id) {
    scheduler.read_page(SubscriberId(id), counted());
  }
  for (std::uint64_t id = 1; id <= kInFlight; ++id) scheduler.forget(SubscriberId(id));
  closed.unlock();
  inbox.run(kInFlight);
  EXPECT_EQ(reads, 0);
  EXPECT_EQ(outcomes, 0);
}

TEST_F(ReadSchedulerTest, WhoWaitsHasItsTurnWhenOthersHaveGone) {
  for (std::uint64_t id = 1; id <= 100; ++id) scheduler.read_page(SubscriberId(id), counted());
  bool is_read = false;
  scheduler.read_page(SubscriberId(101), [&] { return [&] { is_read = true; }; });
  for (std::uint64_t id = 1; id <= 100; ++id) scheduler.forget(SubscriberId(id));
  inbox.run(kInFlight + 1);
  EXPECT_TRUE(is_read);
  EXPECT_LE(outcomes, static_cast<int>(kInFlight));
}

// One account resumes a thousand subscriptions at once: another one's page does not wait for them.
TEST_F(ReadSchedulerTest, OneAccountsPagesWaitForTheirTurn) {
  const ReadCaller anna{.key = "anna", .reads_max = 2};
  std::string order;
  const auto page_of = [&](const ReadCaller& caller) {
    return
        [&order, name = caller.key.front()] { return [&order, name] { order.push_back(name); }; };
  };
  for (std::uint64_t id = 1; id <= 1000; ++id) {
    scheduler.read_page(SubscriberId(id), page_of(anna), anna);
  }
  const ReadCaller ben{.key = "ben", .reads_max = 2};
  scheduler.read_page(SubscriberId(1001), page_of(ben), ben);
  while (order.find('b') == std::string::npos && order.size() < 500) inbox.run(1);
  EXPECT_LT(order.size(), 500u) << "as soon as a thread is free";
  for (std::uint64_t id = 501; id <= 1000; ++id) scheduler.forget(SubscriberId(id));
  while (order.size() < 450) inbox.run(1);
  EXPECT_EQ(std::count(order.begin(), order.end(), 'b'), 1);
}

TEST_F(ReadSchedulerTest, QuestionsBeyondTheBoundAreRefused) {
  for (std::size_t i = 0; i < kInFlight; ++i) EXPECT_TRUE(scheduler.ask(counted()));
  EXPECT_FALSE(scheduler.ask(counted()));
  inbox.run(1);
  EXPECT_TRUE(scheduler.ask(counted()));
  inbox.run(kInFlight);
  EXPECT_EQ(outcomes, static_cast<int>(kInFlight + 1));
}

TEST_F(ReadSchedulerTest, HistoryOfTheGoneIsNotRead) {
  const ReadCaller caller{.key = "account 42", .reads_max = 1};
  scheduler.read_history(caller, ConnectionId(1), counted());
  scheduler.read_history(caller, ConnectionId(2), counted());
  scheduler.read_history(caller, ConnectionId(3), counted());
  scheduler.forget(ConnectionId(2));
  inbox.run(2);
  pool.reset();
  EXPECT_EQ(reads, 2);
  EXPECT_EQ(outcomes, 2);
}

}  // namespace
}  // namespace courtside
