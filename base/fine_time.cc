#include "base/fine_time.h"

#include <algorithm>
#include <chrono>
#include <cstdint>

#include "base/ascii.h"

namespace courtside {
namespace {

constexpr std::int64_t kDaySeconds = 86'400;
constexpr std::size_t kMicrosDigits = 6;
constexpr std::int64_t kLastMicros = 253'402'300'799'999'999;  // of the year 9999

// Days from 1970-01-01 to a date of the proleptic Gregorian calendar. Empty when there is no such
// day.
std::optional<std::int64_t> days_from_civil(int year, int month, int day) {
  using namespace std::chrono;
  const year_month_day date{std::chrono::year(year),
                            std::chrono::month(static_cast<unsigned>(month)),
                            std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok()) return std::nullopt;
  return sys_days(date).time_since_epoch().count();
}

bool is_first_of_month(std::int64_t day) {
  using namespace std::chrono;
  return year_month_day{sys_days(days(day))}.day() == std::chrono::day(1);
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

// Takes a point and the digits after it, and drops zeros at the end. `digits` stays empty when
// there is no point. Returns false when no digit follows the point.
bool take_fraction(std::string_view& text, std::string_view& digits) {
  if (!take(text, '.')) return true;
  const auto end = std::find_if_not(text.begin(), text.end(), is_digit);
  const auto count = static_cast<std::size_t>(end - text.begin());
  if (count == 0) return false;
  digits = text.substr(0, count);
  text.remove_prefix(count);
  const std::size_t last = digits.find_last_not_of('0');
  digits = digits.substr(0, last == std::string_view::npos ? 0 : last + 1);
  return true;
}

// Takes "Z" or an offset like "+05:30". `ahead_minutes` is the offset from UTC.
bool take_offset(std::string_view& text, int& ahead_minutes) {
  if (take(text, 'Z') || take(text, 'z')) return true;
  const bool west = !text.empty() && text.front() == '-';
  int hours = 0, minutes = 0;
  if (!take(text, '+') && !take(text, '-')) return false;
  if (!take_number(text, 2, hours) || !take(text, ':') || !take_number(text, 2, minutes)) {
    return false;
  }
  ahead_minutes = (west ? -1 : 1) * (hours * 60 + minutes);
  return hours <= 23 && minutes <= 59;
}

// The Unix epoch does not count leap seconds, so a leap second sorts after the last microsecond
// before it: ':' sorts after every digit.
std::optional<FineTime> leap_second(std::int64_t second_before, std::string_view fraction) {
  const std::int64_t after = second_before + 1;
  if (after % kDaySeconds != 0 || !is_first_of_month(after / kDaySeconds)) return std::nullopt;
  return FineTime{Timestamp(after * kMicrosPerSecond - 1), ":" + std::string(fraction)};
}

FineTime with_fraction(std::int64_t second, std::string_view fraction) {
  std::int64_t micros = 0;
  for (std::size_t i = 0; i < kMicrosDigits; ++i) {
    micros = micros * 10 + (i < fraction.size() ? fraction[i] - '0' : 0);
  }
  fraction.remove_prefix(std::min(fraction.size(), kMicrosDigits));
  return {Timestamp(second * kMicrosPerSecond + micros), std::string(fraction)};
}

}  // namespace

Timestamp FineTime::ceiling() const {
  return finer.empty() ? floor : Timestamp(std::min(floor.value() + 1, kLastMicros));
}

std::optional<FineTime> parse_fine_time(std::string_view text) {
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
  std::string_view fraction;
  int ahead_minutes = 0;
  if (!take_fraction(text, fraction) || !take_offset(text, ahead_minutes) || !text.empty()) {
    return std::nullopt;
  }
  const auto days = days_from_civil(year, month, day);
  if (!days || hour > 23 || minute > 59 || second > 60) return std::nullopt;

  const std::int64_t minutes = *days * 1440 + hour * 60 + minute - ahead_minutes;
  // The year in UTC must have four digits too.
  if (minutes < *days_from_civil(0, 1, 1) * 1440 ||
      minutes >= (*days_from_civil(9999, 12, 31) + 1) * 1440) {
    return std::nullopt;
  }
  if (second == 60) return leap_second(minutes * 60 + 59, fraction);
  return with_fraction(minutes * 60 + second, fraction);
}

}  // namespace courtside
