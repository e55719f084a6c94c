// Goal: each command has a man page that groff sets without a complaint, with all of its options.
#include <gmock/gmock.h>

#include "tests/e2e/terminal/support/terminal.h"

namespace courtside::e2e {
namespace {

using testing::HasSubstr;

// As `man` shows it, without bold; what groff complains of is in it too.
std::string page(const std::string& command) {
  const Ran ran = in_shell("\"$0\" man " + command +
                           " </dev/null | groff -ww -man -Tutf8 -P-c -P-b -P-u -rLL=78n -K utf8");
  EXPECT_EQ(ran.status, 0) << ran.output;
  return ran.output;
}

TEST(ManPage, IsSetForEveryCommand) {
  for (const char* command : {"",
                              "serve",
                              "publish",
                              "tail",
                              "state",
                              "calendar",
                              "notifications",
                              "history",
                              "log",
                              "export",
                              "bench",
                              "config",
                              "config check",
                              "config print",
                              "token",
                              "outbox",
                              "outbox install",
                              "outbox status",
                              "outbox backfill",
                              "verify",
                              "backup",
                              "connections",
                              "health",
                              "restore",
                              "renew",
                              "version",
                              "help",
                              "man",
                              "completion"}) {
    const std::string text = page(command);
    EXPECT_EQ(text.find("<standard input>"), std::string::npos) << command << ":\n" << text;
    for (const char* section : {"NAME", "SYNOPSIS", "OPTIONS", "EXIT STATUS", "SEE ALSO"}) {
      EXPECT_THAT(text, HasSubstr(std::string("\n") + section + "\n")) << command;
    }
  }
}

TEST(ManPage, SaysWhatTheProgramTakes) {
  const std::string history = page("history");
  EXPECT_THAT(history, HasSubstr("courtside-history - Show what happened"));
  EXPECT_THAT(history, HasSubstr("--order asc|desc"));
  EXPECT_THAT(history, HasSubstr("COURTSIDE_TZ"));
  EXPECT_THAT(page(""), HasSubstr("courtside-notifications(1)"));
  const std::string serve = page("serve");
  EXPECT_THAT(serve, HasSubstr("--limits-header-bytes BYTES"));
  EXPECT_THAT(serve, HasSubstr("COURTSIDE_LIMITS_HEADER_BYTES"));
  EXPECT_THAT(serve, HasSubstr("JWT_SECRET"));
}

TEST(ManPage, OfNoCommandIsAUsageError) {
  const Ran ran = in_shell("\"$0\" man histroy");
  EXPECT_EQ(ran.status, 64);
  EXPECT_EQ(ran.output, "courtside: man: there is no command `histroy`; did you mean `history`?\n");
}

TEST(Help, IsThatOfTheCommand) {
  const Ran history = in_shell("\"$0\" help history");
  EXPECT_EQ(history.status, 0);
  EXPECT_EQ(history.output, in_shell("\"$0\" history --help").output);
  EXPECT_EQ(in_shell("\"$0\" help").output, in_shell("\"$0\" --help").output);
  EXPECT_EQ(in_shell("\"$0\" help outbox status").output,
            in_shell("\"$0\" outbox status --help").output);
  EXPECT_EQ(in_shell("\"$0\" help levitate").status, 64);
}

}  // namespace
}  // namespace courtside::e2e
