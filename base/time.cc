#include "base/time.h"

#include <array>
#include <chrono>
#include <cstdio>

namespace courtside {
namespace {

constexpr std::int64_t kMicros = 1'000'000;
constexpr std::int64_t kDaySeconds = 86'400;

// Days since 1970-01-01 of a day of the proleptic Gregorian calendar, and back (the standard
// library's civil calendar does the arithmetic).
std::int64_t days_from_civil(int year, unsigned month, unsigned day) {
  using namespace std::chrono;
  return sys_days(std::chrono::year(year) / std::chrono::month(month) / std::chrono::day(day))
      .time_since_epoch()
      .count();
}

bool take_number(std::string_view& text, std::size_t digits, int& out) {
  if (text.size() < digits) return false;
  int value = 0;
  for (std::size_t i = 0; i < digits; ++i) {
    if (text[i] < '0' || text[i] > '9') return false;
    value = value * 10 + (text[i] - '0');
  }
  text.remove_prefix(digits);
  out = value;
  return true;
}

bool take(std::string_view& text, char expected) {
  if (text.empty() || text.front() != expected) return false;
  text.remove_prefix(1);
  return true;
}

void put(char* out, std::int64_t value, int digits) {
  for (int i = digits - 1; i >= 0; --i, value /= 10) out[i] = static_cast<char>('0' + value % 10);
}

}  // namespace

Timestamp now() {
  using namespace std::chrono;
  return Timestamp(duration_cast<microseconds>(system_clock::now().time_since_epoch()).count());
}

std::uint64_t steady_us() {
  using namespace std::chrono;
  return static_cast<std::uint64_t>(
      duration_cast<microseconds>(steady_clock::now().time_since_epoch()).count());
}

void append_rfc3339(std::string& out, Timestamp time) {
  using namespace std::chrono;
  std::int64_t seconds = time.value() / kMicros;
  std::int64_t micros = time.value() % kMicros;
  if (micros < 0) micros += kMicros, --seconds;
  std::int64_t day = seconds / kDaySeconds;
  std::int64_t second = seconds % kDaySeconds;
  if (second < 0) second += kDaySeconds, --day;
  const year_month_day date{sys_days(days(day))};

  std::array<char, 27> text = {'0', '0', '0', '0', '-', '0', '0', '-', '0', '0', 'T', '0', '0', ':',
                               '0', '0', ':', '0', '0', '.', '0', '0', '0', '0', '0', '0', 'Z'};
  put(&text[0], static_cast<int>(date.year()), 4);
  put(&text[5], static_cast<unsigned>(date.month()), 2);
  put(&text[8], static_cast<unsigned>(date.day()), 2);
  put(&text[11], second / 3600, 2);
  put(&text[14], second / 60 % 60, 2);
  put(&text[17], second % 60, 2);
  put(&text[20], micros, 6);
  out.append(text.data(), text.size());
}

std::string format_rfc3339(Timestamp time) {
  std::string out;
  append_rfc3339(out, time);
  return out;
}

std::optional<Timestamp> parse_rfc3339(std::string_view text) {
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
  if (!take_number(text, 4, year) || !take(text, '-') || !take_number(text, 2, month) ||
      !take(text, '-') || !take_number(text, 2, day)) {
    return std::nullopt;
  }
  if (!take(text, 'T') && !take(text, 't') && !take(text, ' ')) return std::nullopt;
  if (!take_number(text, 2, hour) || !take(text, ':') || !take_number(text, 2, minute) ||
      !take(text, ':') || !take_number(text, 2, second)) {
    return std::nullopt;
  }
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok() || hour > 23 || minute > 59 || second > 60) return std::nullopt;
  if (second == 60) second = 59;

  std::int64_t micros = 0;
  if (take(text, '.')) {
    std::int64_t unit = 100'000;
    if (text.empty() || text.front() < '0' || text.front() > '9') return std::nullopt;
    while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
      micros += (text.front() - '0') * unit;
      unit /= 10;
      text.remove_prefix(1);
    }
  }

  std::int64_t ahead_minutes = 0;
  if (!take(text, 'Z') && !take(text, 'z')) {
    const bool west = !text.empty() && text.front() == '-';
    int hours = 0, minutes = 0;
    if (!take(text, '+') && !take(text, '-')) return std::nullopt;
    if (!take_number(text, 2, hours) || !take(text, ':') || !take_number(text, 2, minutes)) {
      return std::nullopt;
    }
    if (hours > 23 || minutes > 59) return std::nullopt;
    ahead_minutes = (west ? -1 : 1) * (hours * 60 + minutes);
  }
  if (!text.empty()) return std::nullopt;

  const std::int64_t days =
      days_from_civil(year, static_cast<unsigned>(month), static_cast<unsigned>(day));
  const std::int64_t seconds =
      days * kDaySeconds + hour * 3600 + minute * 60 + second - ahead_minutes * 60;
  return Timestamp(seconds * kMicros + micros);
}

}  // namespace courtside
