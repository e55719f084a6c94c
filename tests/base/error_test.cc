// Goal: the codes on the wire match the protocol, number by number.
#include "base/error.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "base/result.h"

namespace courtside {
namespace {

struct Promise {
  const char* name;
  int http;
  int close;  // 0: does not close
  Retry retry;
};

// The protocol's table of codes, row by row. Clients depend on it: a change here needs a new
// version.
const std::vector<Promise> kProtocol = {
    {"bad_request", 400, 4400, Retry::kNo},
    {"bad_frame", 400, 4400, Retry::kNo},
    {"bad_position", 400, 0, Retry::kNo},
    {"unauthorized", 401, 4401, Retry::kFreshToken},
    {"token_expired", 401, 4401, Retry::kFreshToken},
    {"forbidden", 403, 4403, Retry::kNo},
    {"not_found", 404, 0, Retry::kNo},
    {"method_not_allowed", 405, 0, Retry::kNo},
    {"unsupported_protocol", 400, 4406, Retry::kNo},
    {"timeout", 408, 4408, Retry::kYes},
    {"version_conflict", 409, 0, Retry::kNo},
    {"position_expired", 410, 0, Retry::kNo},
    {"payload_too_large", 413, 1009, Retry::kNo},
    {"unsupported_media_type", 415, 0, Retry::kNo},
    {"invalid_event", 422, 0, Retry::kNo},
    {"upgrade_required", 426, 0, Retry::kNo},
    {"rate_limited", 429, 4429, Retry::kAfter},
    {"headers_too_large", 431, 0, Retry::kNo},
    {"internal", 500, 1011, Retry::kYes},
    {"overloaded", 503, 1013, Retry::kYes},
    {"draining", 503, 1012, Retry::kYes},
    {"data_corrupt", 500, 1011, Retry::kNo},
    {"write_failed", 503, 1011, Retry::kYes},
    {"storage_full", 507, 0, Retry::kYes},
    {"storage_read_only", 507, 0, Retry::kYes},
};

TEST(Codes, AreWhatTheProtocolPromises) {
  for (const Promise& promise : kProtocol) {
    const auto code = code_from_name(promise.name);
    ASSERT_TRUE(code) << promise.name;
    EXPECT_EQ(info(*code).http_status, promise.http) << promise.name;
    EXPECT_EQ(info(*code).close_code, promise.close) << promise.name;
    EXPECT_EQ(info(*code).retry, promise.retry) << promise.name;
  }
}

TEST(Codes, OnTheWireAreAllInTheProtocol) {
  std::set<std::string_view> promised;
  for (const Promise& promise : kProtocol) promised.insert(promise.name);
  std::size_t on_the_wire = 0;
  for (std::size_t i = 0; i < code_count(); ++i) {
    const CodeInfo& row = code_at(i);
    if (row.http_status == 0 && row.close_code == 0) continue;
    ++on_the_wire;
    EXPECT_TRUE(promised.count(row.name)) << row.name;
  }
  EXPECT_EQ(on_the_wire, kProtocol.size());
}

TEST(Codes, AreOneRowEachWithOneLineOfCauseAndRemedy) {
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < code_count(); ++i) {
    const CodeInfo& row = code_at(i);
    EXPECT_EQ(static_cast<std::size_t>(row.code), i);
    EXPECT_EQ(&info(row.code), &row);
    EXPECT_EQ(code_from_name(row.name), row.code);
    EXPECT_TRUE(names.insert(row.name).second) << row.name;
    for (const std::string_view text : {row.cause, row.remedy}) {
      EXPECT_FALSE(text.empty()) << row.name;
      EXPECT_EQ(text.find('\n'), std::string_view::npos) << row.name;
    }
  }
  EXPECT_EQ(code_from_name("no_such_code"), std::nullopt);
  EXPECT_EQ(code_from_name(""), std::nullopt);
}

TEST(Codes, EndTheCommandLineWithSysexits) {
  // 0 means success; the others are those that the protocol lists.
  const std::set<int> known = {1, 64, 65, 66, 69, 70, 71, 74, 75, 77, 78};
  for (std::size_t i = 0; i < code_count(); ++i) {
    EXPECT_TRUE(known.count(code_at(i).exit_status)) << code_at(i).name;
    // EX_TEMPFAIL asks a script to try again.
    if (code_at(i).retry == Retry::kNo) {
      EXPECT_NE(code_at(i).exit_status, 75) << code_at(i).name;
    }
  }
  EXPECT_EQ(info(Code::bad_usage).exit_status, 64);
  EXPECT_EQ(info(Code::no_input).exit_status, 66);
  EXPECT_EQ(info(Code::unavailable).exit_status, 69);
  EXPECT_EQ(info(Code::no_resources).exit_status, 71);
  EXPECT_EQ(info(Code::write_failed).exit_status, 74);
  EXPECT_EQ(info(Code::data_in_use).exit_status, 75);
  EXPECT_EQ(info(Code::bad_configuration).exit_status, 78);
  EXPECT_EQ(info(Code::not_found).exit_status, 1);
}

TEST(Result, IsAValueOrTheErrorThatStoodInItsWay) {
  const auto half = [](int number) -> Result<int> {
    if (number % 2 != 0) return fail(Code::bad_request, "odd", R"({"number":1})");
    return number / 2;
  };
  EXPECT_EQ(half(4).value(), 2);
  const Result<int> odd = half(1);
  ASSERT_FALSE(odd);
  EXPECT_EQ(odd.error().code, Code::bad_request);
  EXPECT_EQ(odd.error().message, "odd");
  EXPECT_EQ(odd.error().details, R"({"number":1})");
  const Result<std::string> passed_on = [&]() -> Result<std::string> {
    return fail(odd.error());
  }();
  EXPECT_EQ(passed_on.error().message, "odd");
}

}  // namespace
}  // namespace courtside
