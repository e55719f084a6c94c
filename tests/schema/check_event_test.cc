// Goal: an event that arrived as a FlatBuffer is validated by the same rules as a JSON one.
#include <gtest/gtest.h>

#include <string>

#include "schema/cloudevent.h"
#include "tests/schema/cloudevent_fixture.h"
#include "tests/schema/event_fixture.h"

namespace courtside {
namespace {

// The error is sent as JSON, whatever the names are.
TEST(CheckEvent, ShowsNoNameThatIsNotUtf8) {
  EventFields fields = full_fields();
  fields.extensions = {{.name = "a\xff", .value = "1"}, {.name = "a\xff", .value = "1"}};
  const std::string bytes = build_event(fields);
  const auto checked = check_event(EventView(bytes));
  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.error().details,
            R"({"errors":[{"pointer":"/?","detail":"is no attribute name: )"
            R"(lower-case letters and digits, at most 64"}]})");
}

// A FlatBuffer did not pass the JSON reader, so everything is checked again.
TEST(CheckEvent, JudgesEveryField) {
  const auto verdict_with = [](const auto& change) {
    EventFields fields = full_fields();
    change(fields);
    const std::string bytes = build_event(fields);
    return verdict(check_event(EventView(bytes)));
  };
  EXPECT_EQ(verdict_with([](EventFields&) {}), "ok");
  EXPECT_EQ(verdict_with([](EventFields& f) { f.id = {}; }), "invalid_event: /id is missing");
  EXPECT_EQ(verdict_with([](EventFields& f) { f.id = "\xff"; }),
            "invalid_event: /id must be UTF-8 without control characters");
  EXPECT_EQ(verdict_with([](EventFields& f) { f.data = "{\"a\":"; }),
            "invalid_event: /data is not JSON");
  EXPECT_EQ(verdict_with([](EventFields& f) { f.data = ""; }), "invalid_event: /data is not JSON");
  EXPECT_EQ(verdict_with([](EventFields& f) { f.data = "\"\xff\""; }),
            "invalid_event: /data is not JSON");
  EXPECT_EQ(verdict_with([](EventFields& f) { f.data = " 1"; }),
            "invalid_event: /data must have no white space around it");
  const std::string deep = std::string(65, '[') + std::string(65, ']');
  EXPECT_EQ(verdict_with([&deep](EventFields& f) { f.data = deep; }),
            "invalid_event: /data is nested more than 64 levels deep");
  EXPECT_EQ(verdict_with([](EventFields& f) { f.extensions = {{.name = "id", .value = "1"}}; }),
            "invalid_event: /id has a place of its own and cannot be an extension");
  EXPECT_EQ(verdict_with([](EventFields& f) { f.extensions = {{.name = "a", .value = "1,2"}}; }),
            "invalid_event: /a must be text (at most 1024 bytes), a 32-bit integer or a boolean");
  EXPECT_EQ(verdict_with([](EventFields& f) { f.extensions = {{.name = "\xff", .value = "1"}}; }),
            "invalid_event: /? is no attribute name: lower-case letters and digits, at most 64");
  const std::string large(kEventBytesMax, 'x');
  EXPECT_EQ(verdict_with([&large](EventFields& f) {
              f.data_kind = DataKind::kBinary;
              f.data = large;
            }),
            "payload_too_large: the event is larger than 262144 bytes");
}

}  // namespace
}  // namespace courtside
