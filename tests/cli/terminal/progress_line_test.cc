// Goal: a progress line tells percent and rate while work takes long, fits its terminal, goes
// before anything else is printed, and ends with what was done; nobody but a terminal hears of it.
#include "cli/terminal/progress_line.h"

#include <gtest/gtest.h>

#include <string>

#include "cli/terminal/amount_text.h"

namespace courtside {
namespace {

std::uint64_t the_time_us = 0;

// What was written since it was last asked.
class Written {
 public:
  Written() : file_(std::tmpfile()) {}
  Written(const Written&) = delete;
  Written& operator=(const Written&) = delete;
  ~Written() { std::fclose(file_); }

  ProgressLine::Options options() const {
    the_time_us = 1'000'000;
    return {
        .out = file_, .is_terminal = true, .columns = 60, .clock_us = [] { return the_time_us; }};
  }
  std::string take() {
    std::fflush(file_);
    std::string out;
    std::fseek(file_, taken_, SEEK_SET);
    for (int c = std::fgetc(file_); c != EOF; c = std::fgetc(file_))
      out.push_back(static_cast<char>(c));
    taken_ = std::ftell(file_);
    return out;
  }

 private:
  std::FILE* file_;
  long taken_ = 0;
};

ProgressLine::Amount records(std::uint64_t done) {
  return {.doing = "records", .unit = "events", .done = done, .total = 12'000};
}

TEST(ProgressLine, TellsPercentAndRateOnceItTakesAMoment) {
  Written written;
  ProgressLine line(written.options());
  line.show(records(0));
  the_time_us += 400'000;
  line.show(records(1'000));
  EXPECT_EQ(written.take(), "") << "it may be over at once";
  the_time_us += 600'000;
  line.show(records(3'000));
  EXPECT_EQ(written.take(), "\r\x1b[Krecords: 25 %, 3,000 events, 3,000 events/s");
  the_time_us += 50'000;
  line.show(records(3'100));
  EXPECT_EQ(written.take(), "") << "nobody reads as fast as that";
  line.finish("verified 12,000 events", 12'000);
  EXPECT_EQ(written.take(), "\r\x1b[Kverified 12,000 events in 1.1 s, 11,428 events/s\n");
}

TEST(ProgressLine, AStepHasARateOfItsOwn) {
  Written written;
  ProgressLine line(written.options());
  line.show(records(12'000));
  the_time_us += 9'000'000;
  written.take();
  line.show({.doing = "files", .unit = "bytes", .done = 1 << 20, .total = 4 << 20});
  EXPECT_EQ(written.take(), "\r\x1b[Kfiles: 25 %, 1.0 MiB");
  the_time_us += 2'000'000;
  line.show({.doing = "files", .unit = "bytes", .done = 3 << 20, .total = 4 << 20});
  EXPECT_EQ(written.take(), "\r\x1b[Kfiles: 75 %, 3.0 MiB, 1.0 MiB/s");
}

TEST(ProgressLine, GoesBeforeAnErrorIsPrinted) {
  Written written;
  ProgressLine line(written.options());
  the_time_us += 9'000'000;
  line.show(records(6'000));
  written.take();
  line.clear();
  EXPECT_EQ(written.take(), "\r\x1b[K");
  line.clear();
  EXPECT_EQ(written.take(), "");
}

TEST(ProgressLine, FitsItsTerminal) {
  Written written;
  ProgressLine::Options options = written.options();
  options.columns = 20;
  ProgressLine line(options);
  the_time_us += 9'000'000;
  line.show(records(6'000));
  EXPECT_EQ(written.take(), "\r\x1b[Krecords: 50 %, 6,0…");
}

TEST(ProgressLine, IsForATerminalAlone) {
  Written written;
  ProgressLine::Options options = written.options();
  options.is_terminal = false;
  ProgressLine line(options);
  the_time_us += 9'000'000;
  line.show(records(6'000));
  line.finish("verified 12,000 events", 12'000);
  EXPECT_EQ(written.take(), "");
}

TEST(AmountText, IsAsPeopleReadIt) {
  EXPECT_EQ(grouped(0), "0");
  EXPECT_EQ(grouped(999), "999");
  EXPECT_EQ(grouped(1'204'331), "1,204,331");
  EXPECT_EQ(grouped_count_text(1, "event"), "1 event");
  EXPECT_EQ(grouped_count_text(1000, "event"), "1,000 events");
  EXPECT_EQ(bytes_text(1023), "1023 B");
  EXPECT_EQ(bytes_text(3 * 1024 * 1024), "3.0 MiB");
  EXPECT_EQ(duration_text(12.34), "12.3 s");
  EXPECT_EQ(duration_text(600), "10 min");
}

}  // namespace
}  // namespace courtside
