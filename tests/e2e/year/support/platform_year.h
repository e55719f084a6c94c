// A year in the life of the platform, told event by event in the order of time: people who hold,
// book, pay, move, cancel and come; venues and their staff; money back, or not; notifications that
// arrive, or not; support; and what nobody planned for.
//
// The same seed and scale tell the same year. It is told from PLATFORM.md and from nothing of the
// server's: what is computed over it is an answer of its own.
//
// Threads: one a telling.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace courtside::e2e {

// Microseconds since 1970, UTC.
using Micros = std::int64_t;
constexpr Micros kSecond = 1'000'000;
constexpr Micros kMinute = 60 * kSecond;
constexpr Micros kHour = 60 * kMinute;
constexpr Micros kDay = 24 * kHour;
constexpr Micros kYearBegin = 1'704'067'200 * kSecond;  // 2024-01-01T00:00:00Z, a Monday
constexpr Micros kYearEnd = kYearBegin + 366 * kDay;

std::string rfc3339(Micros time);          // "2024-11-01T10:00:00.000000Z"
std::string rfc3339_seconds(Micros time);  // "2024-11-01T10:00:00Z"

// The members of an event's data: names, and values as JSON.
class Fields {
 public:
  Fields& text(std::string_view name, std::string_view value);
  Fields& raw(std::string_view name, std::string value);
  Fields& time(std::string_view name, Micros value);
  Fields& money(std::string_view name, std::int64_t minor);  // INR

  std::string json() const;
  bool has(std::string_view name) const { return !find(name).empty(); }
  // The value's JSON; empty where there is none.
  std::string_view find(std::string_view name) const;
  // The value of a text without escapes; empty where there is none.
  std::string text_of(std::string_view name) const;

 private:
  std::vector<std::pair<std::string, std::string>> members_;
};

struct Actor {
  std::string id;
  std::string type;  // USER | ADMIN | SYSTEM | ANONYMOUS
  std::string role;
};

struct YearEvent {
  std::uint64_t offset = 0;  // 1, 2, 3 ...: its place in the year, and in the log
  Micros happened = 0;
  Micros recorded = 0;  // a little later, and later than the event before
  std::string id;
  std::string type;
  std::string subject;
  std::uint64_t version = 0;  // of the subject
  Actor actor;
  std::string correlation;
  std::string cause;
  Fields data;
  std::vector<std::string> named_channels;  // that the producer names itself
  std::vector<std::string> channels;        // all that hear of it, as the platform wants it

  bool is(std::string_view name) const { return type == name; }
  bool is_family(std::string_view name) const;  // "booking": booking.created ...
  bool reaches(std::string_view channel) const;
};

constexpr std::string_view kYearSource = "/http-backend";

struct YearOptions {
  std::uint64_t seed = 1;
  std::uint64_t events = 10'000;  // at least
};

// Tells the year; the number of events that it had.
std::uint64_t tell_year(const YearOptions& options,
                        const std::function<void(const YearEvent&)>& listener);

}  // namespace courtside::e2e
