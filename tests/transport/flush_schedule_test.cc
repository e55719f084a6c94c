// Goal: replies never wait; fan-out waits only after a pass over many connections, and at most as
// long as that pass took.
#include "transport/flush_schedule.h"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

namespace courtside {
namespace {

std::uint64_t clock_us = 0;

class Sink final : public Flushable {
 public:
  void flush() override {
    ++count;
    clock_us += 10;  // the cost of a write
  }
  int count = 0;
};

class FlushScheduleTest : public testing::Test {
 protected:
  void add_paced(std::size_t from, std::size_t to) {
    for (std::size_t index = from; index < to; ++index) {
      schedule_.add(sinks_[index], Urgency::kPaced);
    }
  }

  FlushSchedule schedule_{[] { return clock_us; }};
  std::vector<Sink> sinks_ = std::vector<Sink>(100);
};

TEST_F(FlushScheduleTest, AFewFlushAtOnceEachTurn) {
  for (int turn = 1; turn <= 3; ++turn) {
    add_paced(0, FlushSchedule::kManyConnections);
    schedule_.run();
    EXPECT_EQ(sinks_[0].count, turn);
  }
}

TEST_F(FlushScheduleTest, ManyMakeTheNextPassWaitAsLongAsTheyTook) {
  add_paced(0, 100);
  schedule_.run();  // 1,000 us
  EXPECT_EQ(sinks_[99].count, 1);
  add_paced(0, 1);
  schedule_.add(sinks_[1], Urgency::kReply);
  schedule_.run();
  EXPECT_EQ(sinks_[0].count, 1);  // waits
  EXPECT_EQ(sinks_[1].count, 2);  // a reply does not wait
  EXPECT_EQ(schedule_.paced_wait_us(), 990u);
  clock_us += 989;
  schedule_.run();
  EXPECT_EQ(sinks_[0].count, 1);
  clock_us += 1;
  schedule_.run();
  EXPECT_EQ(sinks_[0].count, 2);
  EXPECT_FALSE(schedule_.paced_wait_us());
}

TEST_F(FlushScheduleTest, ThePauseIsBounded) {
  schedule_.set_pause_max_us(300);
  add_paced(0, 100);
  schedule_.run();
  add_paced(0, 100);
  EXPECT_EQ(schedule_.paced_wait_us(), 300u);
}

TEST_F(FlushScheduleTest, AReplyTakesWhatWaitedAlong) {
  add_paced(0, 100);
  schedule_.run();
  add_paced(0, 2);
  schedule_.add(sinks_[0], Urgency::kReply);
  schedule_.run();
  EXPECT_EQ(sinks_[0].count, 2);
  clock_us += 10'000;
  schedule_.run();
  EXPECT_EQ(sinks_[0].count, 2);  // once, not twice
  EXPECT_EQ(sinks_[1].count, 2);
}

TEST_F(FlushScheduleTest, OneThatIsRemovedIsNotTouched) {
  auto gone = std::make_unique<Sink>();
  schedule_.add(*gone, Urgency::kPaced);
  schedule_.add(sinks_[0], Urgency::kPaced);
  schedule_.remove(*gone);
  gone.reset();
  schedule_.run();
  EXPECT_EQ(sinks_[0].count, 1);
}

}  // namespace
}  // namespace courtside
