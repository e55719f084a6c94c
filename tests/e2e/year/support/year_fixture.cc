#include "tests/e2e/year/support/year_fixture.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <set>

#include "tests/e2e/support/scale.h"
#include "tests/e2e/year/support/write_log.h"

namespace courtside::e2e {
namespace {

constexpr const char* kSecret = "a secret of more than thirty-two bytes";
constexpr std::uint64_t kEventsInCi = 60'000;
constexpr std::uint64_t kEventsLong = 2'000'000;

std::string token(const std::string& account, const std::string& role) {
  Process command({courtside_binary(), "token", "--secret", kSecret, "--user", account, "--role",
                   role, "--expires", "12h"});
  if (command.wait() != 0) give_up("courtside token: " + command.whole_output());
  const std::string text = command.whole_output();
  return text.substr(0, text.find('\n'));
}

std::string joined(std::initializer_list<std::string_view> words) {
  std::string line;
  for (const std::string_view word : words) line.append(line.empty() ? "" : " | ").append(word);
  return line;
}

// An evenly distributed number, the same on every machine (FNV-1a).
std::uint64_t spread(std::uint64_t from, std::string_view text) {
  std::uint64_t hash = from ^ 0xcbf29ce484222325ULL;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  return hash ^ hash >> 29;
}

// Runs before the first test and after the last.
class SharedYear : public ::testing::Environment {
 public:
  void SetUp() override { YearTest::begin(); }
  void TearDown() override { YearTest::end(); }
};
const ::testing::Environment* const kSharedYear =
    ::testing::AddGlobalTestEnvironment(new SharedYear);

}  // namespace

std::string line_of(const YearEvent& event) {
  return joined({std::to_string(event.offset), rfc3339(event.recorded), event.id, kYearSource,
                 event.type, event.subject, std::to_string(event.version), rfc3339(event.happened),
                 event.actor.id, event.actor.type, event.actor.role, event.correlation, event.cause,
                 event.data.json()});
}

std::string line_of(const Json& event) {
  const auto text = [&event](const char* name) {
    return event.has(name) ? event[name].text() : std::string();
  };
  return joined({std::to_string(logged(event).offset), text("recordedtime"), text("id"),
                 text("source"), text("type"), text("subject"), event["subjectversion"].raw(),
                 text("time"), text("actorid"), text("actortype"), text("actorrole"),
                 text("correlationid"), text("causationid"), event["data"].raw()});
}

Lines lines_of(const std::vector<YearEvent>& events) {
  Lines lines;
  for (const YearEvent& event : events) lines.push_back(line_of(event));
  return lines;
}

Lines lines_of(const std::vector<Logged>& events) {
  Lines lines;
  for (const Logged& each : events) lines.push_back(line_of(each.event));
  return lines;
}

YearOptions year_options() {
  const char* chosen = std::getenv("COURTSIDE_TEST_EVENTS");
  const char* form = std::getenv("COURTSIDE_TEST_E2E");
  const bool is_long = form != nullptr && std::string_view(form) == "long";
  const std::uint64_t events = chosen != nullptr ? std::strtoull(chosen, nullptr, 10)
                               : is_long         ? kEventsLong
                               : is_short()      ? kEventsInCi / 4
                                                 : kEventsInCi;
  return {.seed = seed(), .events = events};
}

std::vector<YearEvent> YearTest::year_;
std::unique_ptr<TempFolder> YearTest::folder_;
std::unique_ptr<ServerProcess> YearTest::server_;
std::map<std::string, std::unique_ptr<HttpClient>> YearTest::callers_;

void YearTest::begin() {
  const YearOptions options = year_options();
  folder_ = std::make_unique<TempFolder>();
  const std::filesystem::path file = folder_->path() / "courtside.toml";
  std::ofstream(file) << "[access]\njwt_secret = '" << kSecret << "'\n";
  std::filesystem::permissions(file, std::filesystem::perms::owner_read);
  server_ = std::make_unique<ServerProcess>(std::vector<std::string>{
      "--config", file.string(), "--limits-failed-logins-per-minute", "0"});
  if (server_->terminate() != 0) give_up("the server did not end well");
  const auto began = std::chrono::steady_clock::now();
  year_.reserve(options.events + options.events / 4);
  tell_year(options, [](const YearEvent& event) { year_.push_back(event); });
  write_year(server_->data(), year_);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  std::cout << "a year of " << year_.size() << " events, seed " << options.seed << ", written in "
            << took.count() << " s\n";
  if (year_.size() < options.events) give_up("the year is too short");
  server_->start();
}

void YearTest::end() {
  if (!server_) return;
  callers_.clear();
  EXPECT_EQ(server_->terminate(), 0) << server_->process().output();
  server_.reset();
  folder_.reset();
}

HttpClient& YearTest::caller(const std::string& account, const std::string& role) {
  std::unique_ptr<HttpClient>& http = callers_[account + " " + role];
  if (!http) {
    http = std::make_unique<HttpClient>(
        port(), Headers{{"Authorization", "Bearer " + token(account, role)}});
  }
  return *http;
}

std::vector<YearEvent> YearTest::told(const Wanted& wanted) {
  std::vector<YearEvent> found;
  std::copy_if(year_.begin(), year_.end(), std::back_inserter(found), wanted);
  return found;
}

Lines YearTest::some(std::size_t count,
                     const std::function<std::string(const YearEvent&)>& name_of) {
  std::set<std::pair<std::uint64_t, std::string>> chosen;
  for (const YearEvent& event : year_) {
    const std::string name = name_of(event);
    if (name.empty()) continue;
    chosen.emplace(spread(seed(), name), name);
    if (chosen.size() > count) chosen.erase(std::prev(chosen.end()));
  }
  Lines names;
  for (const auto& [place, name] : chosen) names.push_back(name);
  if (names.empty()) give_up("the year has nobody to ask about");
  return names;
}

std::size_t YearTest::expect_same(const std::vector<Logged>& answered,
                                  const std::vector<YearEvent>& expected) {
  const Lines got = lines_of(answered), wanted = lines_of(expected);
  EXPECT_EQ(got.size(), wanted.size());
  for (std::size_t i = 0; i < std::min(got.size(), wanted.size()); ++i) {
    EXPECT_EQ(got[i], wanted[i]);
    if (got[i] != wanted[i]) break;
  }
  EXPECT_FALSE(wanted.empty()) << "nothing was asked for";
  return wanted.size();
}

}  // namespace courtside::e2e
