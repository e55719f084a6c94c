// Goal: times are shown in the zone that was asked for, and a zone that is none is known as such.
#include "cli/terminal/zone.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <optional>

namespace courtside {
namespace {

using Form = Zone::Form;

// The process's own zone comes back.
class Zones : public ::testing::Test {
 protected:
  Zones() {
    if (const char* before = std::getenv("TZ")) before_ = before;
  }
  ~Zones() override {
    before_ ? setenv("TZ", before_->c_str(), 1) : unsetenv("TZ");
    tzset();
  }
  std::optional<std::string> before_;
};

TEST_F(Zones, AnInstantHasItsTimeInEach) {
  const std::string_view at = "2026-11-23T20:00:00.123456Z";
  const Zone utc("utc");
  EXPECT_EQ(utc.head("TIME"), "TIME (UTC)");
  EXPECT_EQ(Zone::text(at, Form::kMilliseconds), "2026-11-23 20:00:00.123");
  const Zone kolkata("Asia/Kolkata");
  EXPECT_EQ(kolkata.head("TIME"), "TIME (Asia/Kolkata)");
  EXPECT_EQ(kolkata.offset(*parse_rfc3339(at)), "+05:30");
  EXPECT_EQ(Zone::text(at, Form::kSeconds), "2026-11-24 01:30:00");
  EXPECT_EQ(Zone::text(at, Form::kClock), "01:30:00");
  EXPECT_EQ(Zone::text(at, Form::kDay), "2026-11-24");
  const Zone newfoundland("America/St_Johns");
  EXPECT_EQ(newfoundland.offset(*parse_rfc3339(at)), "-03:30");
  EXPECT_EQ(newfoundland.offset(*parse_rfc3339("2026-07-01T00:00:00Z")), "-02:30");
}

TEST_F(Zones, LocalTimeIsThatOfTheProcess) {
  setenv("TZ", "Asia/Kolkata", 1);
  EXPECT_EQ(Zone("local").name(), "Asia/Kolkata");
  EXPECT_EQ(Zone::text("2026-11-23T20:00:00Z", Form::kClock), "01:30:00");
  setenv("TZ", "XYZ-3", 1);
  EXPECT_EQ(Zone("local").name(), "+03:00") << "a zone without a name";
  setenv("TZ", "UTC", 1);
  EXPECT_EQ(Zone("local").head("TIME"), "TIME (UTC)");
}

TEST_F(Zones, OnlyZonesOfTheDatabaseAreZones) {
  for (const char* name : {"local", "utc", "UTC", "Asia/Kolkata", "Europe/Berlin"}) {
    EXPECT_TRUE(is_zone(name)) << name;
  }
  for (const char* name : {"", "Asia", "Asia/Kolkatta", "/etc/passwd", "../../../etc/passwd",
                           "IST+5", "zone.tab", "posix"}) {
    EXPECT_FALSE(is_zone(name)) << name;
  }
}

TEST_F(Zones, WhatIsNoTimeIsShownAsItIs) {
  const Zone utc("utc");
  EXPECT_EQ(Zone::text("", Form::kSeconds), "-");
  EXPECT_EQ(Zone::text("soon\x1b", Form::kSeconds), "soon\\u001b");
}

}  // namespace
}  // namespace courtside
