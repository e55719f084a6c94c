#include "cli/terminal/zone.h"

#include <time.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "base/format.h"
#include "cli/terminal/table_text.h"

namespace courtside {
namespace {

constexpr std::string_view kFolder = "/usr/share/zoneinfo/";

// As libc finds it, which takes a name that is not there for UTC without a word.
std::string zone_folder() {
  const char* const other = std::getenv("TZDIR");
  return other == nullptr || *other == '\0' ? std::string(kFolder) : std::string(other) + "/";
}

bool is_utc(std::string name) {
  std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : static_cast<char>(c);
  });
  return name == "utc" || name == "z";
}

// "Asia/Kolkata" of local time, by TZ or by where /etc/localtime points to. Empty where neither
// says.
std::string local_name() {
  if (const char* const given = std::getenv("TZ"); given != nullptr) {
    const std::string name = *given == ':' ? given + 1 : given;
    if (name.empty() || is_utc(name)) return "UTC";
    return is_zone(name) ? name : "";
  }
  std::error_code error;
  const std::string path = std::filesystem::read_symlink("/etc/localtime", error).string();
  const std::size_t at = path.find("/zoneinfo/");
  if (error || at == std::string::npos) return {};
  const std::string name = path.substr(at + std::string_view("/zoneinfo/").size());
  return name == "Etc/UTC" ? "UTC" : name;
}

// The microseconds since the last whole second, also before 1970.
std::int64_t micros_of_second(Timestamp at) {
  return ((at.value() % kMicrosPerSecond) + kMicrosPerSecond) % kMicrosPerSecond;
}

tm broken_down(Timestamp at) {
  const time_t seconds = (at.value() - micros_of_second(at)) / kMicrosPerSecond;
  tm out{};
  localtime_r(&seconds, &out);
  return out;
}

}  // namespace

bool is_zone(const std::string& name) {
  if (name == "local" || is_utc(name)) return true;
  const bool leads_out = name.empty() || name.front() == '/' || name.find("..") != name.npos;
  if (leads_out || name.find('\0') != name.npos) return false;
  // The folder holds lists of zones too. RFC 8536, section 3.1: a zone begins with TZif.
  std::ifstream file(zone_folder() + name, std::ios::binary);
  std::array<char, 4> magic{};
  file.read(magic.data(), magic.size());
  return std::string_view(magic.data(), magic.size()) == "TZif";
}

Zone::Zone(const std::string& name) : name_(is_utc(name) ? "UTC" : name) {
  if (name == "local") {
    name_ = local_name();
  } else {
    setenv("TZ", name_ == "UTC" ? "UTC0" : (":" + name_).c_str(), 1);
  }
  tzset();
  if (name_.empty()) name_ = offset(now());
}

std::string Zone::head(std::string_view what) const { return format("{} ({})", what, name_); }

std::string Zone::offset(Timestamp at) const {
  if (name_ == "UTC") return name_;
  const long seconds = broken_down(at).tm_gmtoff;
  const long minutes = (seconds < 0 ? -seconds : seconds) / 60;
  char out[48];
  std::snprintf(out, sizeof out, "%c%02ld:%02ld", seconds < 0 ? '-' : '+', minutes / 60,
                minutes % 60);
  return out;
}

std::string Zone::text(Timestamp at, Form form) {
  const tm parts = broken_down(at);
  char day[48], clock[48];
  std::snprintf(day, sizeof day, "%04d-%02d-%02d", parts.tm_year + 1900, parts.tm_mon + 1,
                parts.tm_mday);
  std::snprintf(clock, sizeof clock, "%02d:%02d:%02d", parts.tm_hour, parts.tm_min, parts.tm_sec);
  if (form == Form::kDay) return day;
  if (form == Form::kClock) return clock;
  std::string out = format("{} {}", day, clock);
  if (form == Form::kSeconds) return out;
  const std::string ms = std::to_string(1000 + micros_of_second(at) / 1000);
  return out + "." + ms.substr(1);
}

std::string Zone::text(std::string_view rfc3339, Form form, std::string_view none) {
  if (rfc3339.empty()) return std::string(none);
  const auto at = parse_rfc3339(rfc3339);
  return at ? text(*at, form) : for_terminal(rfc3339);
}

}  // namespace courtside
