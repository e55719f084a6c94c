// The progress of a command, on stderr and only on a terminal: one line that is overwritten during
// longer work, and a last line with what was done.
//
//   ProgressLine progress;
//   progress.show({.doing = "records", .unit = "events", .done = 5000, .total = 12000});
//   progress.finish("verified 12,000 events");   // "verified 12,000 events in 1.3 s"
//
// Call clear() before you print anything else, such as an error. Threads: one at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>

namespace courtside {

class ProgressLine {
 public:
  struct Amount {
    std::string doing;  // the step: its rate is of this step alone
    std::string unit;   // "events", or "bytes", which are shown as KiB and so on
    std::uint64_t done = 0;
    std::uint64_t total = 0;  // 0: unknown, and no percentage is shown
    // For a percentage of something other than `done`.
    std::uint64_t part_done = 0;
    std::uint64_t part_total = 0;
  };
  struct Options {
    std::FILE* out = stderr;
    bool is_terminal = false;
    std::size_t columns = 80;  // of the terminal; no line is wider
    std::uint64_t quiet_us = 500'000;
    std::uint64_t (*clock_us)() = nullptr;  // null: steady_us()
  };
  // On this process's stderr.
  ProgressLine();
  explicit ProgressLine(Options options);
  ~ProgressLine() { clear(); }
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  void show(const Amount& amount);
  // Removes the line.
  void clear();
  // The last line: "<what> in 12.3 s", with the rate of `count` things where that is not 0.
  void finish(const std::string& what, std::uint64_t count = 0, const std::string& unit = "events");

 private:
  std::uint64_t now_us() const;
  double seconds_since(std::uint64_t begun_us) const;

  const Options options_;
  const std::uint64_t begun_us_;
  std::uint64_t shown_us_ = 0;
  bool is_shown_ = false;
  std::string step_;
  std::uint64_t step_us_ = 0;    // when it began
  std::uint64_t step_done_ = 0;  // what was done of it by then
};

}  // namespace courtside
