#include "engine/commands/progress.h"

#include <unistd.h>

#include <cstdio>
#include <string>

#include "base/time.h"

namespace courtside {
namespace {

constexpr std::uint64_t kQuietUs = 1'000'000;
constexpr std::uint64_t kIntervalUs = 100'000;

}  // namespace

ProgressLine::ProgressLine() : is_terminal_(isatty(STDERR_FILENO) != 0), begun_us_(steady_us()) {}

ProgressLine::~ProgressLine() {
  if (shown_us_ > 0) std::fputs("\r\x1b[K", stderr);
}

void ProgressLine::show(std::string_view doing, double part) {
  const std::uint64_t now_us = steady_us();
  if (!is_terminal_ || now_us < begun_us_ + kQuietUs || now_us < shown_us_ + kIntervalUs) return;
  shown_us_ = now_us;
  std::fprintf(stderr, "\r\x1b[K%s: %d %%", std::string(doing).c_str(),
               static_cast<int>(part * 100));
}

std::function<void(std::string_view, double)> ProgressLine::teller() {
  return [this](std::string_view doing, double part) { show(doing, part); };
}

}  // namespace courtside
