// Goal: export, backup, verify and restore say on a terminal what they did and how fast, and to a
// file or pipe they say nothing of it; an error has a line of its own.
#include <gmock/gmock.h>

#include "tests/e2e/support/server_test.h"
#include "tests/e2e/terminal/support/terminal.h"

namespace courtside::e2e {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

constexpr std::size_t kEvents = 1234;

class ProgressOnATerminal : public ServerTest {
 protected:
  ProgressOnATerminal() {
    std::vector<Draft> drafts;
    for (std::size_t i = 0; i < kEvents; ++i) {
      drafts.push_back({.id = std::to_string(i), .data = "{}"});
      if (drafts.size() == 500 || i + 1 == kEvents) append(http, std::exchange(drafts, {}));
    }
  }

  std::string url() const { return "http://127.0.0.1:" + std::to_string(port()); }
  std::string at(const std::string& name) const { return folder.path() / name; }
  static Shown show(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), courtside_binary());
    return run_on_terminal(80, arguments);
  }

  TempFolder folder;
};

// A line of its own: "\nverified 1,234 events in 0.3 s, 4,113 events/s\n".
testing::Matcher<std::string> has_last_line(const std::string& done) {
  return ContainsRegex("(^|\n)" + done +
                       " in [0-9]+\\.[0-9] s(, [0-9.,]+ (events|[KMG]iB|B)/s)?\n");
}

TEST_F(ProgressOnATerminal, WhatWasDoneIsTold) {
  const Shown exported = show({"export", at("all.ndjson"), "--limit", "1234", "--url", url()});
  EXPECT_EQ(exported.status, 0) << exported.text();
  EXPECT_THAT(exported.text(), has_last_line("exported 1,234 events"));
  EXPECT_THAT(show({"verify", at("all.ndjson")}).text(), has_last_line("verified 1,234 events"));

  const Shown backup = show({"backup", at("copy"), "--data", server.data().string()});
  EXPECT_EQ(backup.status, 0) << backup.text();
  EXPECT_THAT(backup.text(), has_last_line("backed up 1,23[0-9] events"));
  EXPECT_THAT(show({"verify", at("copy")}).text(), has_last_line("verified 1,23[0-9] events"));
  EXPECT_THAT(show({"restore", at("copy"), "--data", at("new")}).text(),
              has_last_line("restored 1,23[0-9] events"));
}

TEST_F(ProgressOnATerminal, APipeHearsNothingOfIt) {
  Process process({courtside_binary(), "export", at("all.ndjson"), "--url", url()});
  EXPECT_EQ(process.wait(), 0);
  EXPECT_THAT(process.whole_output(), Not(HasSubstr(" events in ")));
  EXPECT_THAT(process.whole_output(), Not(HasSubstr("\r")));
}

TEST_F(ProgressOnATerminal, AnErrorHasALineOfItsOwn) {
  const Shown refused = show({"export", at("no-folder/all.ndjson"), "--url", url()});
  EXPECT_EQ(refused.status, 66) << refused.text();
  EXPECT_THAT(refused.lines.back(), HasSubstr("courtside: "));
  EXPECT_THAT(refused.text(), Not(HasSubstr("exported")));
  const Shown held = show({"verify", "--data", server.data().string()});
  EXPECT_EQ(held.status, 75);
  EXPECT_EQ(held.lines.size(), 1u) << held.text();
}

}  // namespace
}  // namespace courtside::e2e
