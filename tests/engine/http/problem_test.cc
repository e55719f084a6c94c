// Goal: an error is a document that programs can evaluate, and it reveals nothing internal.
#include "engine/http/problem.h"

#include <gtest/gtest.h>

namespace courtside {
namespace {

TEST(ProblemTest, SaysInWholeSecondsWhenToComeBack) {
  const auto retry_after = [](const Error& error) {
    for (const auto& [name, value] : problem(error).headers) {
      if (name == "retry-after") return value;
    }
    return std::string("never");
  };
  EXPECT_EQ(retry_after({Code::rate_limited, "", R"({"retryafter":1})"}), "1");
  EXPECT_EQ(retry_after({Code::rate_limited, "", R"({"retryafter":1001})"}), "2");
  EXPECT_EQ(retry_after({Code::rate_limited, "", R"({"retryafter":60000})"}), "60");
  EXPECT_EQ(retry_after({Code::overloaded, ""}), "1");
  EXPECT_EQ(retry_after({Code::forbidden, ""}), "never");
}

// Status 0 is not HTTP, and `data_corrupt` is not a code of the protocol.
TEST(ProblemTest, WhatIsTheProcesssOwnIsInternal) {
  for (std::size_t i = 0; i < code_count(); ++i) {
    const HttpResponse response = problem({code_at(i).code, "in /var/lib/courtside"});
    EXPECT_GE(response.status, 400) << code_at(i).name;
    if (code_at(i).http_status != 0) continue;
    EXPECT_EQ(response.status, 500) << code_at(i).name;
    EXPECT_NE(response.body.find(R"("code":"internal")"), std::string::npos) << response.body;
    EXPECT_EQ(response.body.find("/var"), std::string::npos) << response.body;
  }
}

TEST(ProblemTest, IsADocumentThatProgramsCanRead) {
  const HttpResponse response =
      problem({Code::invalid_event, "id: is required",
               R"({"errors":[{"pointer":"/id","detail":"is required"}]})"});
  EXPECT_EQ(response.status, 422);
  EXPECT_EQ(response.content_type, "application/problem+json");
  EXPECT_EQ(
      response.body,
      R"({"type":"/problems/invalid_event","title":"the event breaks CloudEvents or its type's schema",)"
      R"("status":422,"detail":"id: is required","code":"invalid_event","retryable":false,)"
      R"("details":{"errors":[{"pointer":"/id","detail":"is required"}]},)"
      R"("errors":[{"pointer":"/id","detail":"is required"}]})");
}

}  // namespace
}  // namespace courtside
