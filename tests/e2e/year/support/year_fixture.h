// The fixture of the questions: a server with a generated year, and callers, each with its own
// token. All tests of the program share the year and the server.
//
// Each answer is compared line by line with one computed from the generated year: one line has
// everything of an event.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tests/e2e/support/events.h"
#include "tests/e2e/support/server_process.h"
#include "tests/e2e/support/test_http_client.h"
#include "tests/e2e/year/support/platform_year.h"

namespace courtside::e2e {

using Lines = std::vector<std::string>;

// Everything of an event, in one line.
std::string line_of(const YearEvent& event);
std::string line_of(const Json& event);
Lines lines_of(const std::vector<YearEvent>& events);
Lines lines_of(const std::vector<Logged>& events);

// COURTSIDE_TEST_EVENTS, or 2,000,000 with COURTSIDE_TEST_E2E=long, or a number that suits CI.
YearOptions year_options();

class YearTest : public ::testing::Test {
 public:
  // Before the program's first test, and after its last.
  static void begin();
  static void end();

 protected:
  // --- Callers by role.
  HttpClient& auditor() { return caller("aud_1", "BMSP_SUPER_ADMIN"); }
  HttpClient& care() { return caller("care_1", "BMSP_CUSTOMER_CARE"); }
  HttpClient& finance() { return caller("fin_1", "BMSP_FINANCE_ADMIN"); }
  HttpClient& caller(const std::string& account, const std::string& role);

  // --- The generated year.
  using Wanted = std::function<bool(const YearEvent&)>;
  static std::vector<YearEvent> told(const Wanted& wanted);
  // `count` of the names that `name_of` finds in the year (empty: none), chosen by the seed.
  static Lines some(std::size_t count, const std::function<std::string(const YearEvent&)>& name_of);

  // --- The server's complete answer to the filters.
  static std::vector<Logged> answer(HttpClient& http, const std::string& filters) {
    return read_log(http, filters);
  }
  // Checks that answer and expectation are the same events. Returns their number.
  static std::size_t expect_same(const std::vector<Logged>& answered,
                                 const std::vector<YearEvent>& expected);

  static std::uint16_t port() { return server_->port(); }

 private:
  static std::vector<YearEvent> year_;  // about 1.5 KiB per event
  static std::unique_ptr<TempFolder> folder_;
  static std::unique_ptr<ServerProcess> server_;
  static std::map<std::string, std::unique_ptr<HttpClient>> callers_;
};

}  // namespace courtside::e2e
