#include "base/time.h"

#include <array>
#include <chrono>

#include "base/fine_time.h"

namespace courtside {
namespace {

constexpr std::int64_t kDaySeconds = 86'400;

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
  std::int64_t seconds = time.value() / kMicrosPerSecond;
  std::int64_t micros = time.value() % kMicrosPerSecond;
  if (micros < 0) micros += kMicrosPerSecond, --seconds;
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
  const std::optional<FineTime> time = parse_fine_time(text);
  if (!time) return std::nullopt;
  return time->floor;
}

}  // namespace courtside
