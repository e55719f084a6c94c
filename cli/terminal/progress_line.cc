#include "cli/terminal/progress_line.h"

#include <unistd.h>

#include <algorithm>

#include "base/format.h"
#include "base/time.h"
#include "cli/terminal/amount_text.h"
#include "cli/terminal/screen.h"
#include "cli/terminal/text_width.h"

namespace courtside {
namespace {

constexpr std::uint64_t kIntervalUs = 100'000;
constexpr double kRateSecondsMin = 0.05;  // of less than that no rate is told

ProgressLine::Options of_stderr() {
  ProgressLine::Options options;
  options.columns = terminal_columns(STDERR_FILENO, "");
  options.is_terminal = options.columns > 0;
  return options;
}

std::string amount_text(double amount, const std::string& unit) {
  if (unit == "bytes") return bytes_text(amount);
  return grouped(static_cast<std::uint64_t>(amount)) + " " + unit;
}

}  // namespace

ProgressLine::ProgressLine() : ProgressLine(of_stderr()) {}
ProgressLine::ProgressLine(Options options) : options_(options), begun_us_(now_us()) {}

std::uint64_t ProgressLine::now_us() const {
  return options_.clock_us == nullptr ? steady_us() : options_.clock_us();
}

double ProgressLine::seconds_since(std::uint64_t begun_us) const {
  return static_cast<double>(now_us() - begun_us) / 1e6;
}

void ProgressLine::show(const Amount& amount) {
  if (!options_.is_terminal) return;
  if (amount.doing != step_) {
    step_ = amount.doing;
    step_us_ = now_us();
    step_done_ = amount.done;
  }
  const std::uint64_t now = now_us();
  if (now < begun_us_ + options_.quiet_us || now < shown_us_ + kIntervalUs) return;
  shown_us_ = now;
  is_shown_ = true;
  std::string text = amount.doing + ": ";
  const std::uint64_t total = amount.part_total > 0 ? amount.part_total : amount.total;
  const std::uint64_t done = amount.part_total > 0 ? amount.part_done : amount.done;
  if (total > 0) {
    const double part = static_cast<double>(std::min(done, total)) / static_cast<double>(total);
    text += format("{} %, ", static_cast<int>(part * 100));
  }
  text += amount_text(static_cast<double>(amount.done), amount.unit);
  const double seconds = seconds_since(step_us_);
  if (seconds > kRateSecondsMin && amount.done > step_done_) {
    const double rate = static_cast<double>(amount.done - step_done_) / seconds;
    text += format(", {}/s", amount_text(rate, amount.unit));
  }
  // The last column stays free: some terminals wrap when it is taken.
  std::fprintf(options_.out, "\r\x1b[K%s", cut_to_width(text, options_.columns - 1).c_str());
  std::fflush(options_.out);
}

void ProgressLine::clear() {
  if (!is_shown_) return;
  is_shown_ = false;
  std::fputs("\r\x1b[K", options_.out);
  std::fflush(options_.out);
}

void ProgressLine::finish(const std::string& what, std::uint64_t count, const std::string& unit) {
  clear();
  if (!options_.is_terminal) return;
  const double seconds = seconds_since(begun_us_);
  std::string text = format("{} in {}", what, duration_text(seconds));
  if (count > 0 && seconds > kRateSecondsMin) {
    text += format(", {}/s", amount_text(static_cast<double>(count) / seconds, unit));
  }
  std::fprintf(options_.out, "%s\n", text.c_str());
}

}  // namespace courtside
