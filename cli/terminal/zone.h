// The time zone in which a command shows times, by libc and its database.
//
//   Zone zone("Asia/Kolkata");
//   zone.text(at, Zone::Form::kMilliseconds)   // "2026-11-23 15:00:00.123"
//
// libc has one zone per process: the last Zone that was made applies. Threads: the main one.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/time.h"

namespace courtside {

// Whether it is "local", "utc" (in any case), or in the system's database.
bool is_zone(const std::string& name);

class Zone {
 public:
  // REQUIRES: is_zone(name).
  explicit Zone(const std::string& name);

  // "UTC", "Asia/Kolkata"; of local time the offset of now where the zone has no name: "+05:30".
  const std::string& name() const { return name_; }
  // "TIME (UTC)", "TIME (Asia/Kolkata)".
  std::string head(std::string_view what) const;
  // The offset, as it is at that time: "UTC", "+05:30".
  std::string offset(Timestamp at) const;

  enum class Form : std::uint8_t {
    kMilliseconds,  // "2026-11-23 15:00:00.123"
    kSeconds,       // "2026-11-23 15:00:00"
    kClock,         // "15:00:00"
    kDay,           // "2026-11-23"
  };
  static std::string text(Timestamp at, Form form);
  // Of a time in RFC 3339. Other text is returned unchanged, but safe for a terminal; empty text
  // gives `none`.
  static std::string text(std::string_view rfc3339, Form form, std::string_view none = "-");

 private:
  std::string name_;
};

}  // namespace courtside
