// Goal: the index gives the same answers wherever its data is kept at the moment, and its memory
// stays bounded even when writing its files is slow or fails.
#include "eventlog/index/index.h"

#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <mutex>

#include "eventlog/term.h"
#include "tests/support/log_story.h"

namespace courtside {
namespace {

using namespace story;

// Pauses the writing of files or makes it fail.
struct Gate {
  std::mutex mutex;
  std::condition_variable changed;
  bool open = true;
  bool broken = false;
  int passed = 0;

  void set(bool now_open, bool now_broken = false) {
    const std::lock_guard lock(mutex);
    open = now_open;
    broken = now_broken;
    changed.notify_all();
  }
  bool pass() {
    std::unique_lock lock(mutex);
    changed.wait(lock, [this] { return open; });
    ++passed;
    return !broken;
  }
};
Gate* gate = nullptr;

Result<void> add_through_gate(const IndexSegment& segment, Database& database) {
  if (!gate->pass()) return fail(Code::write_failed, "no space left");
  return add_to_database(segment, database);
}

class IndexTest : public testing::Test {
 protected:
  IndexTest() { gate = &gate_; }
  ~IndexTest() override { gate_.set(true); }

  void open(IndexOptions options) {
    options.add_files = add_through_gate;
    auto database = Database::open({.path = folder_.path(), .block_cache_bytes = 1 << 20});
    ASSERT_TRUE(database);
    database_ = *std::move(database);
    auto index = Index::open(*database_, Offset(1), options);
    ASSERT_TRUE(index);
    index_ = *std::move(index);
  }

  // Adds one event about "booking:<number>", as a commit does; false when there is no room.
  bool add_event(std::vector<std::string> channels = {"user:1"}) {
    const std::string number = std::to_string(++events_);
    const Command command = append({{number, "booking:" + number, std::move(channels)}});
    Fold fold(model_, model_.place(), Timestamp());
    EXPECT_TRUE(fold.apply(command));
    const Batch batch = fold.take();
    if (!index_->make_room()) return false;
    index_->add(batch);
    model_.commit(batch, fold.place());
    return true;
  }

  void expect_all_known() {
    const OffsetRange all = model_.held();
    for (Offset offset = all.begin; offset < all.end; offset = next(offset)) {
      const std::string number = std::to_string(offset.value());
      ASSERT_EQ(*index_->find(key_of(number)), offset);
      ASSERT_EQ(index_->subject("booking:" + number)->last, offset);
    }
    for (const Direction direction : {Direction::kAscending, Direction::kDescending}) {
      const std::string term = channel_term("user:1");
      ASSERT_EQ(describe(*index_->postings(term, all, direction)),
                describe(*model_.postings(term, all, direction)));
    }
  }

  Gate gate_;
  TempFolder folder_;
  MemoryLog model_{"model"};
  int events_ = 0;
  std::unique_ptr<Database> database_;
  std::unique_ptr<Index> index_;
};

TEST_F(IndexTest, AnswersTheSameFromMemoryWhileSealedAndFromFiles) {
  open({.segment_events_max = 4, .segment_bytes_max = 1 << 30});
  gate_.set(false);
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(add_event());
  expect_all_known();  // 1..4 sealed, 5..10 open
  EXPECT_EQ(index_->low_water(), Offset(1));
  gate_.set(true);
  ASSERT_TRUE(eventually([this] { return index_->low_water() == Offset(5); }));
  expect_all_known();
  ASSERT_TRUE(add_event());
  ASSERT_TRUE(eventually([this] { return index_->low_water() == Offset(11); }));
  expect_all_known();  // 1..10 in files
}

TEST_F(IndexTest, TheOpenSegmentGrowsToItsBoundAndThenCommitsWait) {
  open({.segment_events_max = 4, .segment_bytes_max = 1 << 30});
  gate_.set(false);
  constexpr int kBound = static_cast<int>(4 + 4 * Index::kOpenSizesMax);
  for (int i = 0; i < kBound; ++i) ASSERT_TRUE(add_event());
  std::atomic<bool> added = false;
  std::thread writer([&] { added = add_event(); });
  // An infinite wait cannot be observed; but it certainly did not pass while the gate is closed.
  std::this_thread::yield();
  EXPECT_FALSE(added);
  EXPECT_EQ(index_->low_water(), Offset(1));
  gate_.set(true);
  writer.join();
  EXPECT_TRUE(added);
  expect_all_known();
}

TEST_F(IndexTest, ManyTermsFillASegmentToo) {
  open({.segment_events_max = 1'000'000, .segment_bytes_max = 400'000});
  std::vector<std::string> channels;
  for (int i = 0; i < 1000; ++i) channels.push_back("user:" + std::to_string(i));
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(add_event(channels));
  EXPECT_EQ(index_->low_water(), Offset(1));  // the terms are the same each time
  for (int i = 0; i < 3; ++i) {
    for (std::string& channel : channels) channel += 'x';
    ASSERT_TRUE(add_event(channels));
  }
  ASSERT_TRUE(add_event());
  EXPECT_TRUE(eventually([this] { return index_->low_water() > Offset(1); }));
}

TEST_F(IndexTest, WhenFilesCannotBeMadeCommitsEndAndReadsGoOn) {
  open({.segment_events_max = 4, .segment_bytes_max = 1 << 30});
  gate_.set(true, /*now_broken=*/true);
  ASSERT_TRUE(eventually([this] { return !add_event(); }));
  const auto room = index_->make_room();
  ASSERT_FALSE(room);
  EXPECT_EQ(room.error().code, Code::write_failed);
  expect_all_known();
  EXPECT_EQ(gate_.passed, 1);  // there is no second try
}

// A full disk: the segment waits, and commits do not.
TEST_F(IndexTest, WithoutRoomASegmentWaitsAndIsWrittenWhenThereIsRoom) {
  std::atomic<bool> has_room = false;
  open(
      {.segment_events_max = 4, .segment_bytes_max = 1 << 30, .has_room = [&](std::uint64_t bytes) {
         EXPECT_GT(bytes, 0u);
         return has_room.load();
       }});
  constexpr int kBeyondTheBound = static_cast<int>(3 * 4 * Index::kOpenSizesMax);
  for (int i = 0; i < kBeyondTheBound; ++i) ASSERT_TRUE(add_event());
  EXPECT_EQ(index_->low_water(), Offset(1));
  EXPECT_EQ(gate_.passed, 0);
  EXPECT_GT(index_->unwritten_bytes(), 0u);
  expect_all_known();
  has_room = true;
  ASSERT_TRUE(eventually([this] { return index_->low_water() == Offset(5); }));
  ASSERT_TRUE(add_event());
  ASSERT_TRUE(eventually([&] { return index_->low_water() == Offset(kBeyondTheBound + 1); }));
  expect_all_known();
}

// Its key would be among the chunks of another term, and reading it would look like damage.
TEST(TermDeathTest, ATextWithANulHasNone) {
  const std::string text("a\0b", 3);
  EXPECT_DEATH(actor_term(text), "check failed");
  EXPECT_DEATH(correlation_term(text), "check failed");
  EXPECT_DEATH(type_term(text), "check failed");
}

}  // namespace
}  // namespace courtside
