// The fixture of the questions: a server on a year that was written down, and those who ask it,
// each with a token of its own. The year, the server and what they cost are shared by the program's
// tests.
//
// What the server answers is compared with what is computed from the told year, line by line: an
// event is one line that has all of it.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tests/e2e/support/events.h"
#include "tests/e2e/support/http_client.h"
#include "tests/e2e/support/server_process.h"
#include "tests/e2e/year/support/platform_year.h"

namespace courtside::e2e {

using Lines = std::vector<std::string>;

// Everything that an event has, in one line.
std::string line_of(const YearEvent& event);
std::string line_of(const Json& event);
Lines lines_of(const std::vector<YearEvent>& events);
Lines lines_of(const std::vector<Logged>& events);

// COURTSIDE_TEST_EVENTS, or 2,000,000 with COURTSIDE_TEST_E2E=long, or what CI has time for.
YearOptions year_options();

class YearTest : public ::testing::Test {
 public:
  // Before the program's first test, and after its last.
  static void begin();
  static void end();

 protected:
  // --- Those who ask, by their role.
  HttpClient& auditor() { return caller("aud_1", "BMSP_SUPER_ADMIN"); }
  HttpClient& care() { return caller("care_1", "BMSP_CUSTOMER_CARE"); }
  HttpClient& finance() { return caller("fin_1", "BMSP_FINANCE_ADMIN"); }
  HttpClient& caller(const std::string& account, const std::string& role);

  // --- The year, as it was told.
  using Wanted = std::function<bool(const YearEvent&)>;
  static std::vector<YearEvent> told(const Wanted& wanted);
  // `count` of the names that `name_of` finds in the year (empty: none), chosen by the seed.
  static Lines some(std::size_t count, const std::function<std::string(const YearEvent&)>& name_of);

  // --- The server's answer to the filters, all of it.
  static std::vector<Logged> answer(HttpClient& http, const std::string& filters) {
    return read_log(http, filters);
  }
  // Answer and expectation are the same events. Answers how many.
  static std::size_t expect_same(const std::vector<Logged>& answered,
                                 const std::vector<YearEvent>& expected);

  static std::uint16_t port() { return server_->port(); }

 private:
  static std::vector<YearEvent> year_;  // some 1.5 KiB an event
  static std::unique_ptr<TempFolder> folder_;
  static std::unique_ptr<ServerProcess> server_;
  static std::map<std::string, std::unique_ptr<HttpClient>> callers_;
};

}  // namespace courtside::e2e
