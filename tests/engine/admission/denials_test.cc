// Goal: each denial is counted under its reason, and logged at most once per second and reason,
// without the credential.
#include "engine/admission/denials.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>

#include "base/log.h"

namespace courtside {
namespace {

constexpr std::uint64_t kDeniedMs = 5'000'000;

std::size_t lines_of(const std::string& text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

class DenialsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    start_log(LogLevel::kInfo, /*json=*/false);
    ::testing::internal::CaptureStderr();
  }
  std::string logged() {
    const std::string text = ::testing::internal::GetCapturedStderr();
    ::testing::internal::CaptureStderr();
    return text;
  }
  void TearDown() override { static_cast<void>(::testing::internal::GetCapturedStderr()); }

  Denials denials;
};

TEST_F(DenialsTest, CountsEachUnderItsReasonAndSpeaksOnceASecond) {
  for (int i = 0; i < 1000; ++i) denials.count(Denial::kUnauthorized, 17, "192.0.2.1", kDeniedMs);
  denials.count(Denial::kOrigin, 18, "192.0.2.2", kDeniedMs);
  EXPECT_EQ(denials.total(Denial::kUnauthorized), 1000u);
  EXPECT_EQ(denials.total(Denial::kOrigin), 1u);
  EXPECT_EQ(denials.total(Denial::kForbidden), 0u);
  const std::string first = logged();
  EXPECT_EQ(lines_of(first), 2u) << first;
  EXPECT_NE(first.find("denied: unauthorized, connection 17 from 192.0.2.1"), std::string::npos);

  denials.count(Denial::kUnauthorized, 17, "192.0.2.1", kDeniedMs + 999);
  EXPECT_EQ(logged(), "");
  denials.count(Denial::kUnauthorized, 19, "192.0.2.3", kDeniedMs + 1000);
  const std::string later = logged();
  EXPECT_EQ(lines_of(later), 1u) << later;
  EXPECT_NE(later.find("connection 19 from 192.0.2.3; 1001 since the last"), std::string::npos)
      << later;
}

TEST_F(DenialsTest, TheLineNamesCallerAndChannel) {
  denials.count(Denial::kForbidden, 17, "192.0.2.1", kDeniedMs,
                {.caller = "42", .details = R"({"channel":"user:7","more":1})"});
  EXPECT_NE(logged().find("denied: forbidden, caller \"42\", channel \"user:7\", connection 17"),
            std::string::npos);
}

// Caller and channel come from outside: they cannot imitate a log line, and they are cut.
TEST_F(DenialsTest, NoTextOfACallerBreaksTheLine) {
  const std::string lines = "x\n10:00:00.000 info engine: \"stopped\"";
  denials.count(Denial::kForbidden, 17, "192.0.2.1", kDeniedMs,
                {.caller = lines, .details = R"({"channel":"a:\"b\",c"})"});
  const std::string logged_line = logged();
  EXPECT_EQ(lines_of(logged_line), 1u) << logged_line;
  EXPECT_NE(logged_line.find(R"(channel "a:\"b\",c")"), std::string::npos) << logged_line;
  const std::string details = R"({"channel":")" + std::string(5000, 'c') + R"("})";
  denials.count(Denial::kForbidden, 17, "192.0.2.1", kDeniedMs + 1000,
                {.caller = std::string(5000, 'x'), .details = details});
  EXPECT_LT(logged().size(), 500u);
  for (const char* broken : {R"({"channel":")", R"({"channel":"\)", R"({"channel":7})"}) {
    denials.count(Denial::kOrigin, 17, "192.0.2.1", kDeniedMs, {.details = broken});
  }
}

TEST_F(DenialsTest, EveryReasonHasANameOfItsOwn) {
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < kDenialCount; ++i) {
    const auto reason = static_cast<Denial>(i);
    EXPECT_NE(name_of(reason), "") << i;
    names.insert(name_of(reason));
    denials.count(reason, 0, "192.0.2.1", kDeniedMs);
    EXPECT_EQ(denials.total(reason), 1u);
  }
  EXPECT_EQ(names.size(), kDenialCount);
}

TEST_F(DenialsTest, CodesThatDenyNobodyAnythingAreNotCounted) {
  EXPECT_EQ(denial_of(Code::token_expired), Denial::kTokenExpired);
  EXPECT_EQ(denial_of(Code::rate_limited), Denial::kRateLimited);
  for (const Code code : {Code::overloaded, Code::not_found, Code::bad_request, Code::timeout}) {
    EXPECT_FALSE(denial_of(code));
  }
}

}  // namespace
}  // namespace courtside
