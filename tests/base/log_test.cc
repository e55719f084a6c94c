// Goal: each log line is one JSON object in the platform's form, whatever the message is, and
// messages below the level are not written.
#include "base/log.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <string>

namespace courtside {
namespace {

// What `speak` writes to stderr.
template <typename Speak>
std::string said(Speak speak) {
  testing::internal::CaptureStderr();
  speak();
  std::fflush(stderr);
  return testing::internal::GetCapturedStderr();
}

// The line without its time, {"timestamp":"2026-11-01T10:00:00.000Z",
std::string without_time(const std::string& line) {
  const std::string begin = "{\"timestamp\":\"";
  EXPECT_EQ(line.substr(0, begin.size()), begin);
  EXPECT_EQ(line.substr(begin.size() + 23, 3), "Z\",");
  return line.substr(begin.size() + 26);
}

TEST(Log, WritesThePlatformsJsonForm) {
  start_log(LogLevel::kInfo, /*json=*/true);
  EXPECT_EQ(without_time(said([] { log_info("engine", "listening"); })),
            R"("level":"info","message":"listening","context":{"service":"courtside",)"
            R"("module":"engine"}})"
            "\n");
  EXPECT_EQ(without_time(said([] { log_warning("eventlog", "slow"); })).substr(0, 14),
            R"("level":"warn")");
  EXPECT_EQ(without_time(said([] { log_error("eventlog", "full"); })).substr(0, 15),
            R"("level":"error")");
}

TEST(Log, EscapesWhatIsSaidSoThatOneLineStaysOne) {
  start_log(LogLevel::kInfo, /*json=*/true);
  const std::string line = said([] { log_info("engine", "a \"b\"\n{}%v \\"); });
  EXPECT_NE(line.find(R"("message":"a \"b\"\n{}%v \\")"), std::string::npos) << line;
  EXPECT_EQ(line.find('\n'), line.size() - 1);
}

TEST(Log, SaysNothingBelowItsLevel) {
  start_log(LogLevel::kWarning, /*json=*/false);
  EXPECT_EQ(said([] { log_info("engine", "chatter"); }), "");
  EXPECT_EQ(said([] { log(LogLevel::kDebug, "engine", "chatter"); }), "");
  EXPECT_NE(said([] { log_warning("engine", "slow"); }), "");
  start_log(LogLevel::kDebug, /*json=*/false);
  EXPECT_NE(said([] { log(LogLevel::kDebug, "engine", "chatter"); }), "");
}

TEST(Log, WritesPlainLinesForPeople) {
  start_log(LogLevel::kInfo, /*json=*/false);
  const std::string line = said([] { log_info("engine", "listening on 127.0.0.1:8080"); });
  EXPECT_EQ(line.substr(12), " info engine: listening on 127.0.0.1:8080\n");
}

}  // namespace
}  // namespace courtside
