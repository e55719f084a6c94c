// Goal: how tables look is what was asked for, and else fits where they go.
#include <gmock/gmock.h>

#include "tests/cli/arguments/parsed_line.h"

namespace courtside {
namespace {

using testing::HasSubstr;

bool has_color(const std::vector<std::string>& arguments, const Surroundings& around) {
  return parsed<HistoryCommand>(arguments, around).table.screen.color;
}

TEST(OutputOption, ColoursAreForATerminal) {
  Surroundings around = terminal();
  EXPECT_TRUE(has_color({"history"}, around));
  EXPECT_FALSE(has_color({"history", "--color", "never"}, around));
  EXPECT_FALSE(has_color({"history"}, pipe()));
  EXPECT_TRUE(has_color({"history", "--color", "always"}, pipe()));
  around.environment["TERM"] = "dumb";
  EXPECT_FALSE(has_color({"history"}, around));
  around.environment["TERM"] = "xterm";
  around.environment["NO_COLOR"] = "";
  EXPECT_TRUE(has_color({"history"}, around)) << "an empty one says nothing";
  around.environment["NO_COLOR"] = "1";
  EXPECT_FALSE(has_color({"history"}, around));
  EXPECT_TRUE(has_color({"history", "--color=always"}, around));
  EXPECT_THAT(refused({"history", "--color", "blue"}), HasSubstr("64 courtside: --color: `blue`"));
}

TEST(OutputOption, TimesAreLocalOnATerminalAndUtcElsewhere) {
  const auto zone = [](const std::vector<std::string>& arguments, const Surroundings& around) {
    return parsed<HistoryCommand>(arguments, around).table.zone;
  };
  EXPECT_EQ(zone({"history"}, terminal()), "local");
  EXPECT_EQ(zone({"history"}, pipe()), "utc");
  EXPECT_EQ(zone({"history", "--tz", "Asia/Kolkata"}, terminal()), "Asia/Kolkata");
  Surroundings around = pipe();
  around.environment["COURTSIDE_TZ"] = "Europe/Berlin";
  EXPECT_EQ(zone({"history"}, around), "Europe/Berlin");
  EXPECT_EQ(zone({"history", "--tz", "utc"}, around), "utc");
  around.environment["COURTSIDE_TZ"] = "Moon/Sea";
  EXPECT_EQ(refused({"tail"}, around),
            "64 courtside: COURTSIDE_TZ: `Moon/Sea` is not local, utc, or a time zone such as "
            "Asia/Kolkata");
  EXPECT_THAT(refused({"log", "booking:b_1", "--tz", "Asia/Kolkatta"}),
              HasSubstr("64 courtside: --tz: `Asia/Kolkatta` is not"));
}

TEST(OutputOption, ATableIsAsWideAsTheTerminal) {
  Surroundings around = terminal();
  around.stdout_columns = 120;
  EXPECT_EQ(parsed<TailCommand>({"tail"}, around).table.screen.columns, 120u);
  around.stdout_is_terminal = false;
  EXPECT_EQ(parsed<TailCommand>({"tail"}, around).table.screen.columns, 0u);
}

}  // namespace
}  // namespace courtside
