// Goal: no order of up to nine commits, drops, pages and congestion changes makes a subscription
// lose, repeat or reorder an offset, report a false gap, or get stuck.
#include <gtest/gtest.h>

#include <algorithm>
#include <optional>

#include "replay/subscription.h"
#include "tests/replay/support/offsets.h"

namespace courtside {
namespace {

// Runs every sequence of inputs up to this length over a log of a few offsets. The subscriber must
// get 1, 2, 3 ... once each, and a gap must only contain dropped offsets.
class EveryStory {
 public:
  static constexpr int kInputsMax = 9;

  void run() { go(State{Subscription(Offset(2), range(1, 4)), range(1, 4), 2, std::nullopt}, 0); }
  std::uint64_t stories() const { return stories_; }

 private:
  struct State {
    Subscription subscription;
    OffsetRange held;
    std::uint64_t told;  // everything before it was delivered or reported as lost
    std::optional<OffsetRange> reading;
  };

  void go(State state, int inputs) {
    settle(state);
    ASSERT_EQ(state.subscription.next(), Offset(state.told));
    if (testing::Test::HasFatalFailure()) return;
    if (inputs == kInputsMax) return end(state);
    for (int input = 0; input < 7; ++input) {
      State branch = state;
      if (apply(branch, input)) go(branch, inputs + 1);
    }
  }

  // Without further inputs, and with an uncongested socket, it catches up.
  void end(State state) {
    ++stories_;
    state.subscription.on_congestion(false);
    settle(state);
    while (page(state, 100)) settle(state);
    ASSERT_TRUE(state.subscription.live());
    ASSERT_EQ(Offset(state.told), state.held.end);
  }

  // Does steps until none is left.
  void settle(State& state) {
    int steps = 0;
    for (Step step = state.subscription.next_step(); step.kind != Step::Kind::kWait;
         step = state.subscription.next_step()) {
      ASSERT_LT(++steps, 4) << "it goes round and round";
      if (step.kind == Step::Kind::kGap) {
        tell(state, step.range);
        ASSERT_LE(step.range.end, state.held.begin) << "a false gap";
      }
      if (step.kind == Step::Kind::kGoLive) {
        ASSERT_EQ(step.range.begin, state.held.end);
      }
      if (step.kind == Step::Kind::kRead) {
        ASSERT_GE(step.range.begin, state.held.begin);
        state.reading = step.range;
      }
    }
  }

  bool apply(State& state, int input) {
    switch (input) {
      case 0: return commit(state, 1);
      case 1: return commit(state, 2);
      case 2: state.subscription.on_congestion(true); return true;
      case 3: state.subscription.on_congestion(false); return true;
      case 4: return drop(state);
      case 5: return page(state, 1);
      default: return page(state, 100);
    }
  }

  bool commit(State& state, std::uint64_t count) {
    const OffsetRange committed{state.held.end, Offset(state.held.end.value() + count)};
    state.held.end = committed.end;
    const Step step = state.subscription.on_commit(committed, state.held);
    if (step.kind == Step::Kind::kDeliver) tell(state, step.range);
    return true;
  }

  bool drop(State& state) {
    if (state.held.empty()) return false;
    state.held.begin = next(state.held.begin);
    state.subscription.on_commit({state.held.end, state.held.end}, state.held);
    return true;
  }

  // Finishes the current read with a page of at most `count` offsets.
  bool page(State& state, std::uint64_t count) {
    if (!state.reading) return false;
    OffsetRange covered = *state.reading;
    state.reading.reset();
    covered.begin = std::min(std::max(covered.begin, state.held.begin), covered.end);
    covered.end = std::min(covered.end, Offset(covered.begin.value() + count));
    const Step step = state.subscription.on_page_read(covered);
    if (step.kind == Step::Kind::kGap) tell(state, step.range);
    tell(state, covered);
    state.subscription.on_page(covered.end);
    return true;
  }

  void tell(State& state, OffsetRange told) {
    ASSERT_EQ(told.begin, Offset(state.told)) << "missed or doubled";
    state.told = told.end.value();
  }

  std::uint64_t stories_ = 0;
};

TEST(Subscription, InEveryStoryEachOffsetIsToldOnce) {
  EveryStory stories;
  stories.run();
  EXPECT_GT(stories.stories(), 1'000'000u);
}

}  // namespace
}  // namespace courtside
