#include "tests/e2e/year/support/platform_year.h"

#include <algorithm>
#include <cstdio>
#include <ctime>

#include "tests/e2e/support/test_json.h"
#include "tests/e2e/year/support/year_world.h"

namespace courtside::e2e {
namespace {

// Mean number of events per beginning of a story, less a margin, so that there are at least as many
// events as requested.
constexpr std::uint64_t kEventsOfABeginning = 13;

void tell_something(YearWorld& world) {
  const std::size_t which = world.pick(100);
  if (which < 78) return tell_booking(world);
  if (which < 84) return tell_support(world);
  if (which < 92) return tell_price_change(world);
  if (which < 95) return tell_maintenance(world);
  if (which < 97) return tell_staff_change(world, world.any_venue());
  tell_odd_things(world);
}

}  // namespace

std::string rfc3339_seconds(Micros time) {
  const std::time_t seconds = time / kSecond;
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text;
}

std::string rfc3339(Micros time) {
  std::string text = rfc3339_seconds(time);
  char fraction[16];
  std::snprintf(fraction, sizeof fraction, ".%06d", static_cast<int>(time % kSecond));
  return text.insert(text.size() - 1, fraction);
}

Fields& Fields::text(std::string_view name, std::string_view value) {
  return raw(name, json_string(value));
}

Fields& Fields::raw(std::string_view name, std::string value) {
  members_.emplace_back(std::string(name), std::move(value));
  return *this;
}

Fields& Fields::time(std::string_view name, Micros value) {
  return text(name, rfc3339_seconds(value));
}

Fields& Fields::money(std::string_view name, std::int64_t minor) {
  return raw(name, "{\"minor\":" + std::to_string(minor) + ",\"currency\":\"INR\"}");
}

std::string Fields::json() const {
  std::string out = "{";
  for (const auto& [name, value] : members_) {
    if (out.size() > 1) out += ',';
    out.append("\"").append(name).append("\":").append(value);
  }
  return out + "}";
}

std::string_view Fields::find(std::string_view name) const {
  for (const auto& [member, value] : members_) {
    if (member == name) return value;
  }
  return {};
}

std::string Fields::text_of(std::string_view name) const {
  const std::string_view value = find(name);
  return value.size() < 2 ? std::string() : std::string(value.substr(1, value.size() - 2));
}

bool YearEvent::is_family(std::string_view name) const {
  return type.size() > name.size() && type[name.size()] == '.' &&
         type.compare(0, name.size(), name) == 0;
}

bool YearEvent::reaches(std::string_view channel) const {
  return std::find(channels.begin(), channels.end(), channel) != channels.end();
}

std::uint64_t tell_year(const YearOptions& options,
                        const std::function<void(const YearEvent&)>& listener) {
  YearWorld world(options, listener);
  for (std::size_t venue = 0; venue < world.venues.size(); ++venue) {
    for (int i = 0; i < 2; ++i)
      world.at(kYearBegin, [&world, venue] { tell_staff_change(world, venue); });
  }
  const std::uint64_t beginnings = options.events / kEventsOfABeginning + 1;
  // Each beginning plans the next one, so the agenda holds only current stories.
  std::function<void(std::uint64_t)> begin = [&](std::uint64_t index) {
    if (index >= beginnings) return;
    const Micros step = (kYearEnd - kYearBegin) / static_cast<Micros>(beginnings);
    world.at(kYearBegin + static_cast<Micros>(index) * step, [&world, &begin, index] {
      tell_something(world);
      begin(index + 1);
    });
  };
  begin(0);
  world.run();
  return world.written();
}

}  // namespace courtside::e2e
