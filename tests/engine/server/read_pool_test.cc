// Goal: history reads never occupy the last thread, live reads go first, and history reads still
// get their turn.
#include "engine/server/read_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <string>

namespace courtside {
namespace {

// A job that runs until the test releases it.
class Held {
 public:
  void submit(ReadPool& pool, ReadClass of) {
    pool.submit(
        [this] {
          began_.set_value();
          let_go_.get_future().wait();
        },
        of);
  }
  bool begins_within(int ms) {
    return began_.get_future().wait_for(std::chrono::milliseconds(ms)) == std::future_status::ready;
  }
  void let_go() { let_go_.set_value(); }

 private:
  std::promise<void> began_;
  std::promise<void> let_go_;
};

TEST(ReadPoolTest, HistoryLeavesOneThreadToTheOthers) {
  Held first;
  Held second;
  Held live;
  ReadPool pool(2);
  first.submit(pool, ReadClass::kHistory);
  ASSERT_TRUE(first.begins_within(10'000));
  second.submit(pool, ReadClass::kHistory);
  live.submit(pool, ReadClass::kLive);
  ASSERT_TRUE(live.begins_within(10'000)) << "although two of history were there before it";
  live.let_go();
  first.let_go();
  EXPECT_TRUE(second.begins_within(10'000)) << "when the first is done";
  second.let_go();
}

// Story: while a backup was made, no history was read.
TEST(ReadPoolTest, ABackupDelaysNobody) {
  Held backup;
  Held history;
  Held live;
  ReadPool pool(2);
  backup.submit(pool, ReadClass::kBackup);
  ASSERT_TRUE(backup.begins_within(10'000));
  history.submit(pool, ReadClass::kHistory);
  live.submit(pool, ReadClass::kLive);
  EXPECT_TRUE(history.begins_within(10'000));
  EXPECT_TRUE(live.begins_within(10'000));
  for (Held* job : {&backup, &history, &live}) job->let_go();
}

TEST(ReadPoolTest, LiveReadsGoFirstAndHistoryComesToItsTurn) {
  std::string order;  // written by the one thread; read after the pool has ended
  {
    Held gate;
    ReadPool pool(1);
    gate.submit(pool, ReadClass::kLive);
    ASSERT_TRUE(gate.begins_within(10'000));
    for (int i = 0; i < 2; ++i) pool.submit([&] { order += 'h'; }, ReadClass::kHistory);
    for (int i = 0; i < 20; ++i) pool.submit([&] { order += 'l'; }, ReadClass::kLive);
    gate.let_go();
  }
  EXPECT_EQ(order, "llllllllhllllllllhllll");
}

TEST(ReadPoolTest, EverythingSubmittedIsRun) {
  std::atomic<int> ran = 0;
  {
    ReadPool pool(3);
    for (int i = 0; i < 3000; ++i) {
      pool.submit([&] { ++ran; }, i % 3 == 0 ? ReadClass::kLive : ReadClass::kHistory);
    }
  }
  EXPECT_EQ(ran, 3000);
}

}  // namespace
}  // namespace courtside
