// Generates a year of platform events in time order: people who hold, book, pay, move, cancel and
// attend; venues and their staff; refunds; notifications that arrive or fail; support; and rare
// events.
//
// The same seed and scale generate the same year. It is written from PLATFORM.md without the
// server's code, so results computed from it are independent.
//
// Threads: one per call.
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

// The members of an event's data, as names and JSON values.
class Fields {
 public:
  Fields& text(std::string_view name, std::string_view value);
  Fields& raw(std::string_view name, std::string value);
  Fields& time(std::string_view name, Micros value);
  Fields& money(std::string_view name, std::int64_t minor);  // INR

  std::string json() const;
  bool has(std::string_view name) const { return !find(name).empty(); }
  // The value's JSON; empty when it is missing.
  std::string_view find(std::string_view name) const;
  // The value of a string without escapes; empty when it is missing.
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
  std::uint64_t offset = 0;  // 1, 2, 3 ...: its number in the year, and its offset in the log
  Micros happened = 0;
  Micros recorded = 0;  // a little later than its time, and later than the previous event
  std::string id;
  std::string type;
  std::string subject;
  std::uint64_t version = 0;  // of the subject
  Actor actor;
  std::string correlation;
  std::string cause;
  Fields data;
  std::vector<std::string> named_channels;  // explicit channels of the producer
  std::vector<std::string> channels;        // all channels that it goes to by the platform's rules

  bool is(std::string_view name) const { return type == name; }
  bool is_family(std::string_view name) const;  // "booking": booking.created ...
  bool reaches(std::string_view channel) const;
};

constexpr std::string_view kYearSource = "/http-backend";

struct YearOptions {
  std::uint64_t seed = 1;
  std::uint64_t events = 10'000;  // minimum
};

// Generates the year; returns the number of events.
std::uint64_t tell_year(const YearOptions& options,
                        const std::function<void(const YearEvent&)>& listener);

}  // namespace courtside::e2e
