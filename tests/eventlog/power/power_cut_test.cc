// Goal: after a power cut at any moment, acknowledged commands are in the log, at their offsets and
// whole. The same script finds losses where syncs do nothing, so it can fail.
//
// COURTSIDE_TEST_POWER_CUTS: how many; COURTSIDE_TEST_SEED. Where this machine allows no loop
// device, a run with a given number fails, and any other one is skipped.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <random>

#include "cut_disk.h"
#include "tests/eventlog/acknowledged_log.h"

namespace courtside::story {
namespace {

constexpr std::uintmax_t kRoomBytesMin = 128 << 20;

const char* cuts_text() { return std::getenv("COURTSIDE_TEST_POWER_CUTS"); }

int cuts() { return cuts_text() == nullptr ? 6 : std::atoi(cuts_text()); }

std::uint64_t power_seed() {
  const char* const text = std::getenv("COURTSIDE_TEST_SEED");
  return text == nullptr ? 1 : std::strtoull(text, nullptr, 10);
}

class PowerCut : public testing::Test {
 protected:
  void SetUp() override {
    std::string why;
    disk_ = CutDisk::make(why);
    if (disk_ != nullptr) return;
    ASSERT_EQ(cuts_text(), nullptr) << "no power can be cut on this machine: " << why;
    GTEST_SKIP() << "no power can be cut on this machine: " << why;
  }

  // One life of the writer, a cut, and a look at the log. Returns what is wrong; empty: nothing.
  std::string cut_once(const std::vector<std::string>& environment) {
    // A tenth of the lives begins with a new log, and may end before it is made. A log that nearly
    // fills the disk ends too: its appends would be refused.
    const bool is_short = std::filesystem::space(disk_->path()).available < kRoomBytesMin;
    const bool begins_anew = random_() % 10 == 0 || is_short;
    if (begins_anew) begin_anew();
    CrashWriter writer(folder(), acknowledged_.next_number(), environment);
    writer.wait_for_lines(begins_anew ? 0 : random_() % 800);
    usleep(static_cast<unsigned>(random_() % 60'000));  // the moment of the cut is what varies
    disk_->cut();
    const std::string said = writer.end();
    disk_->restart();
    if (std::string wrong = acknowledged_.add(said); !wrong.empty()) return wrong;
    const auto log = EventLog::open({.path = folder(), .segment_events_max = 500});
    return log ? acknowledged_.check(**log) : log.error().message;
  }

  void begin_anew() {
    std::filesystem::remove_all(folder());
    disk_->sync();  // a cut would bring the old log back, and many fill the disk
    ++folders_;
    acknowledged_.clear();
  }

  std::string folder() const { return disk_->path() + "/log" + std::to_string(folders_); }

  std::unique_ptr<CutDisk> disk_;
  std::mt19937_64 random_{power_seed()};
  AcknowledgedLog acknowledged_;
  int folders_ = 0;
};

TEST_F(PowerCut, LosesNothingThatWasAcknowledged) {
  std::printf("%d cuts, seed %llu\n", cuts(), static_cast<unsigned long long>(power_seed()));
  std::size_t before = 0;
  std::size_t total = 0;
  for (int i = 0; i < cuts(); ++i) {
    ASSERT_EQ(cut_once({}), "") << "after cut " << i;
    const std::size_t now = acknowledged_.count();
    total += now - (now < before ? 0 : before);
    before = now;
  }
  EXPECT_GT(total, static_cast<std::size_t>(cuts()) * 20);
  std::printf("%zu commands of three events were acknowledged, none is lost\n", total);
}

TEST_F(PowerCut, WithoutSyncsLosesAndIsFound) {
  const int lives = std::max(3, cuts() / 20);
  int found = 0;
  for (int i = 0; i < lives; ++i) {
    const std::string wrong =
        cut_once({"LD_PRELOAD=" NO_SYNC, "ASAN_OPTIONS=verify_asan_link_order=0"});
    if (wrong.empty()) continue;
    if (found++ == 0) std::printf("the first one: %s\n", wrong.c_str());
    begin_anew();  // what is left is no log any more
  }
  EXPECT_GT(found, 0);
  std::printf("%d of %d cuts without syncs lost acknowledged commands\n", found, lives);
}

}  // namespace
}  // namespace courtside::story
