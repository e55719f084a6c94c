// Goal: each submitted command gets exactly one verdict, after the sync and in log order; after a
// failed write nothing more is accepted.
#include "eventlog/sequencer/local_sequencer.h"

#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>
#include <thread>

#include "tests/support/faulty_env.h"
#include "tests/support/log_story.h"

namespace courtside {
namespace {

using namespace story;

// Records all calls. It can block the log thread in a commit, so that commands gather.
class Listener : public CommitListener {
 public:
  void on_commit(const SharedBatch& batch) override {
    std::unique_lock lock(mutex_);
    batches_.push_back(batch);
    changed_.notify_all();
    changed_.wait(lock, [this] { return !held_; });
  }
  void on_failure(const Error& error) override {
    const std::lock_guard lock(mutex_);
    failures_.push_back(error);
    changed_.notify_all();
  }

  void hold(bool held) {
    const std::lock_guard lock(mutex_);
    held_ = held;
    changed_.notify_all();
  }

  // Waits for `count` verdicts and returns all.
  std::vector<Verdict> verdicts(std::size_t count) {
    std::unique_lock lock(mutex_);
    const bool came = changed_.wait_for(lock, std::chrono::seconds(120),
                                        [&] { return all_verdicts().size() >= count; });
    EXPECT_TRUE(came) << "only " << all_verdicts().size() << " verdicts of " << count;
    return all_verdicts();
  }
  std::vector<SharedBatch> batches() {
    const std::lock_guard lock(mutex_);
    return batches_;
  }
  std::string failures() {
    const std::lock_guard lock(mutex_);
    std::string out;
    for (const Error& error : failures_) out += std::string(info(error.code).name) + ' ';
    return out;
  }

 private:
  std::vector<Verdict> all_verdicts() const {
    std::vector<Verdict> all;
    for (const SharedBatch& batch : batches_) {
      all.insert(all.end(), batch->verdicts.begin(), batch->verdicts.end());
    }
    return all;
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<SharedBatch> batches_;
  std::vector<Error> failures_;
  bool held_ = false;
};

std::int64_t test_time = 0;
Timestamp test_clock() { return Timestamp(test_time); }

class LocalSequencerTest : public testing::Test {
 protected:
  void start(const SequencerOptions& options = {}) {
    sequencer_ = LocalSequencer::make(*log_, options);
    sequencer_->start(listener_);
  }
  bool submit(const std::vector<EventSpec>& specs, std::uint64_t ticket = 0) {
    Append made = append(specs);
    made.author.ticket = ticket;
    Command command(std::move(made));
    return sequencer_->submit(command);
  }
  // Blocks the log thread in the commit of one event.
  void hold_log_thread() {
    listener_.hold(true);
    ASSERT_TRUE(submit({{"hold"}}));
    listener_.verdicts(1);
  }
  std::string batch_sizes() {
    std::string out;
    for (const SharedBatch& batch : listener_.batches()) out += std::to_string(batch->size()) + ' ';
    return out;
  }

  TempFolder folder_;
  FaultyEnv disk_;
  std::unique_ptr<EventLog> log_ = open_log({.path = folder_.path(), .env = &disk_});
  Listener listener_;
  std::unique_ptr<LocalSequencer> sequencer_;
};

TEST_F(LocalSequencerTest, AnswersInOrderWithTheAuthorsTickets) {
  start();
  for (std::uint64_t i = 1; i <= 100; ++i) ASSERT_TRUE(submit({{std::to_string(i)}}, i));
  const auto verdicts = listener_.verdicts(100);
  for (std::uint64_t i = 1; i <= 100; ++i) {
    EXPECT_EQ(verdicts[i - 1].author.ticket, i);
    const std::string number = std::to_string(i);
    EXPECT_EQ(describe(verdicts[i - 1]), number + 'v' + number + " new");
  }
  EXPECT_EQ(describe(log_->held()), "1..100");
  EXPECT_EQ(sequencer_->counters().events, 100u);
}

TEST_F(LocalSequencerTest, WhatGathersWhileItIsBusyBecomesOneBatch) {
  start();
  hold_log_thread();
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(submit({{std::to_string(i)}}));
  listener_.hold(false);
  listener_.verdicts(51);
  EXPECT_EQ(batch_sizes(), "1 50 ");
}

TEST_F(LocalSequencerTest, BatchesKeepToTheirLimitsAndALargeCommandGoesAlone) {
  start({.batch_events_max = 4, .batch_bytes_max = 100'000});
  hold_log_thread();
  for (int i = 0; i < 6; ++i) ASSERT_TRUE(submit({{std::to_string(i)}}));
  ASSERT_TRUE(submit({{"a"}, {"b"}, {"c"}, {"d"}, {"e"}, {"f"}}));
  ASSERT_TRUE(submit({{"g"}}));
  ASSERT_TRUE(submit({{.id = "h", .data_bytes = 99'900}}));
  ASSERT_TRUE(submit({{"i"}}));
  listener_.hold(false);
  listener_.verdicts(11);
  EXPECT_EQ(batch_sizes(), "1 4 2 6 1 1 1 ");
}

TEST_F(LocalSequencerTest, PendingBytesAreBoundedAndTheRefusedCommandIsUntouched) {
  start({.pending_bytes_max = 10'000});
  hold_log_thread();
  // The blocked command is already answered, so only these count.
  ASSERT_TRUE(submit({{.id = "a", .data_bytes = 7'000}}));
  Command refused(append({{.id = "b", .data_bytes = 7'000}}));
  EXPECT_FALSE(sequencer_->submit(refused));
  EXPECT_EQ(std::get<Append>(refused).events.size(), 1u);
  EXPECT_GT(std::get<Append>(refused).size_bytes(), 7'000u);
  listener_.hold(false);
  listener_.verdicts(2);
  ASSERT_TRUE(eventually([&] { return sequencer_->counters().pending_bytes == 0; }));
  // When nothing waits, one command of any size is accepted.
  EXPECT_TRUE(submit({{.id = "c", .data_bytes = 20'000}}));
  listener_.verdicts(3);
}

TEST_F(LocalSequencerTest, ManyWritersRaceForOneSubjectAndEveryVersionHasOneWinner) {
  constexpr std::uint64_t kWriters = 16;
  constexpr std::uint64_t kTries = 40;
  start();
  std::vector<std::thread> writers;
  for (std::uint64_t writer = 0; writer < kWriters; ++writer) {
    writers.emplace_back([this, writer] {
      for (std::uint64_t i = 0; i < kTries; ++i) {
        const std::string id = std::to_string(writer) + '-' + std::to_string(i);
        EXPECT_TRUE(submit({{.id = id, .expected_version = i}}));
      }
    });
  }
  for (std::thread& writer : writers) writer.join();
  std::uint64_t won = 0;
  for (const Verdict& verdict : listener_.verdicts(kWriters * kTries)) {
    if (const auto* conflict = std::get_if<Conflict>(&verdict.outcome)) {
      EXPECT_EQ(conflict->current,
                won);  // in log order, the loser gets the version at that moment
      continue;
    }
    EXPECT_EQ(std::get<std::vector<Appended>>(verdict.outcome)[0].subject_version, ++won);
  }
  EXPECT_GT(won, 0u);
  EXPECT_EQ(log_->subject("booking:b1")->version, won);
  EXPECT_EQ(sequencer_->counters().conflicts, kWriters * kTries - won);
}

TEST_F(LocalSequencerTest, WhatIsHeardIsReadable) {
  // A listener on another thread may read as soon as it was notified.
  start();
  std::uint64_t seen = 0;
  for (int i = 0; i < 200; ++i) {
    ASSERT_TRUE(submit({{std::to_string(i)}}));
    listener_.verdicts(static_cast<std::size_t>(i) + 1);
    ASSERT_GE(log_->held().end, Offset(++seen + 1));
    ASSERT_EQ(log_->read({Offset(seen)})->size(), 1u);
  }
}

TEST_F(LocalSequencerTest, DuplicatesAndConflictsAreAnsweredThoughNothingIsWritten) {
  start();
  ASSERT_TRUE(submit({{"a"}}));
  listener_.verdicts(1);
  ASSERT_TRUE(submit({{"a"}}));
  ASSERT_TRUE(submit({{.id = "b", .expected_version = 5}}));
  const auto verdicts = listener_.verdicts(3);
  EXPECT_EQ(describe(verdicts[1]), "1v1 again");
  EXPECT_EQ(describe(verdicts[2]), "event 0 expected 5, is 1");
  EXPECT_EQ(sequencer_->counters().duplicates, 1u);
}

TEST_F(LocalSequencerTest, StopCommitsWhatWaitsAndTakesNothingMore) {
  start();
  hold_log_thread();
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(submit({{std::to_string(i)}}));
  std::thread stopper([this] { sequencer_->stop(); });
  ASSERT_TRUE(eventually([&] { return !submit({{"late"}}); }));
  listener_.hold(false);
  stopper.join();
  EXPECT_GE(listener_.verdicts(21).size(), 21u);
  EXPECT_FALSE(submit({{"later"}}));
  sequencer_->stop();  // a second call is harmless
}

TEST_F(LocalSequencerTest, AFailedWriteIsToldOnceAndEndsAllAppends) {
  start();
  ASSERT_TRUE(submit({{"a"}}));
  listener_.verdicts(1);
  sequencer_->stop();
  disk_.fail_from(disk_.calls() + 1);
  start();
  ASSERT_TRUE(submit({{"b"}}));
  ASSERT_TRUE(eventually([&] { return !listener_.failures().empty(); }));
  ASSERT_TRUE(eventually([&] { return !submit({{"c"}}); }));
  sequencer_->stop();
  EXPECT_EQ(listener_.failures(), "write_failed ");
  EXPECT_EQ(listener_.verdicts(1).size(), 1u);  // neither b nor c got a verdict
  EXPECT_EQ(describe(log_->held()), "1..1");
}

TEST_F(LocalSequencerTest, CommandsWaitUntilTheThreadIsStarted) {
  sequencer_ = LocalSequencer::make(*log_, {.retention_age_s = 1, .retention_check_ms = 1});
  ASSERT_TRUE(submit({{"a"}}));
  EXPECT_TRUE(log_->held().empty());
  sequencer_->start(listener_);
  EXPECT_EQ(describe(listener_.verdicts(1).back()), "1v1 new");
}

TEST_F(LocalSequencerTest, OneThatWasNeverStartedCanBeStopped) {
  sequencer_ = LocalSequencer::make(*log_, {});
  ASSERT_TRUE(submit({{"a"}}));
  sequencer_->stop();
  EXPECT_FALSE(submit({{"b"}}));
  EXPECT_TRUE(log_->held().empty());
}

TEST_F(LocalSequencerTest, RetentionByBytesDropsAndForgetsIds) {
  start({.retention_bytes = 100'000, .retention_check_ms = 1});
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(submit({{.id = std::to_string(i), .data_bytes = 10'000}}));
  }
  listener_.verdicts(100);
  ASSERT_TRUE(eventually([&] { return log_->held().count() == 9; })) << describe(log_->held());
  EXPECT_EQ(describe(log_->held()), "92..100");
  EXPECT_EQ(sequencer_->counters().dropped, 91u);
  ASSERT_TRUE(submit({{"90"}, {"91"}}));  // at offsets 91 and 92
  EXPECT_EQ(describe(listener_.verdicts(101).back()), "101v101 new 92v92 again");
  // The listeners learn where the log begins now.
  EXPECT_GE(listener_.batches().back()->first_held, Offset(92));
}

// The clock was two hours ahead for a while.
TEST_F(LocalSequencerTest, AClockThatWasPutRightIsToldOnceAndMeasured) {
  constexpr std::int64_t kHourUs = 3'600'000'000;
  const auto commit_at = [&](std::int64_t time, const std::string& id) {
    sequencer_->stop();
    test_time = time;
    testing::internal::CaptureStderr();
    start({.clock = test_clock});
    EXPECT_TRUE(submit({{id}}));
    sequencer_->stop();
    return testing::internal::GetCapturedStderr();
  };
  start();
  EXPECT_EQ(commit_at(3 * kHourUs, "a"), "");
  EXPECT_EQ(sequencer_->counters().clock_behind_us, 0u);

  const std::string said = commit_at(kHourUs, "b");
  EXPECT_NE(said.find("the clock is 7200 s behind the last event"), std::string::npos) << said;
  EXPECT_EQ(said.find("the clock is"), said.rfind("the clock is"));  // once for both
  EXPECT_EQ(sequencer_->counters().clock_behind_us, 2u * kHourUs);
  const auto records = log_->read({Offset(1), Offset(2)});
  ASSERT_TRUE(records && records->size() == 2);
  EXPECT_EQ((*records)[0]->recorded(), Timestamp(3 * kHourUs));
  EXPECT_EQ((*records)[1]->recorded(), Timestamp(3 * kHourUs));

  EXPECT_EQ(commit_at(3 * kHourUs + 1, "c"), "");  // caught up
  EXPECT_EQ(sequencer_->counters().clock_behind_us, 0u);
}

TEST_F(LocalSequencerTest, RetentionByAgeMayLeaveNothing) {
  test_time = 1'000'000;
  start({.retention_age_s = 10, .retention_check_ms = 1, .clock = test_clock});
  ASSERT_TRUE(submit({{"a"}}));
  listener_.verdicts(1);
  sequencer_->stop();
  EXPECT_EQ(describe(log_->held()), "1..1");
  test_time = 100'000'000;
  start({.retention_age_s = 10, .retention_check_ms = 1, .clock = test_clock});
  ASSERT_TRUE(eventually([&] { return log_->held().empty(); }));
  ASSERT_TRUE(submit({{.id = "a", .expected_version = 1}}));
  EXPECT_EQ(describe(listener_.verdicts(2).back()), "2v2 new");
}

}  // namespace
}  // namespace courtside
