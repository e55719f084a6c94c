// Goal: `courtside calendar` and `courtside notifications` take their moments in the words of the
// other commands, and refuse what is none.
#include <gtest/gtest.h>

#include "tests/cli/arguments/parsed_line.h"

namespace courtside {
namespace {

// "<id> name=value ...", or the exit status.
std::string list_line(const std::vector<std::string>& arguments) {
  const auto line = parse_command_line(arguments, pipe());
  if (!line) return std::to_string(line.error().status);
  const auto& command = std::get<ListCommand>(*line);
  const bool is_calendar = command.of == ListCommand::Of::kCalendar;
  EXPECT_EQ(is_calendar, arguments.front() == "calendar");
  EXPECT_EQ(command.token, "t");
  EXPECT_EQ(command.output, OutputFormat::kJsonl);
  std::string told = command.id;
  for (const auto& [name, value] : command.parameters) told += " " + name + "=" + value;
  return told;
}

TEST(ListCommands, TakeTheirMomentsInTheWordsOfTheOthers) {
  EXPECT_EQ(list_line({"calendar", "v_1"}), "v_1");
  EXPECT_EQ(list_line({"calendar", "v_1", "--at", "2h"}), "v_1 at=-2h");
  EXPECT_EQ(list_line({"calendar", "v_1", "--at", "k3f9:7", "--from", "2026-11-22T00:00:00Z"}),
            "v_1 at=k3f9:7 from=2026-11-22T00:00:00Z");
  EXPECT_EQ(list_line({"calendar", "v_1", "--at", "now"}), "v_1 at=now");
  EXPECT_EQ(list_line({"notifications", "u_1", "--since", "7d", "--until=-1h", "--kind", "k"}),
            "u_1 since=-7d until=-1h kind=k");
  EXPECT_EQ(list_line({"notifications", "u_1", "--unread"}), "u_1 unread=true");
}

TEST(ListCommands, RefuseWhatIsNone) {
  EXPECT_EQ(list_line({"calendar"}), "64");
  EXPECT_EQ(list_line({"calendar", ""}), "64");
  EXPECT_EQ(list_line({"calendar", "v_1", "--at", "yesterday"}), "64");
  EXPECT_EQ(list_line({"calendar", "v_1", "-o", "csv"}), "64");
  EXPECT_EQ(list_line({"notifications", "u_1", "--since", "tuesday"}), "64");
  EXPECT_EQ(list_line({"notifications", "u_1", "--kind", ""}), "64");
  EXPECT_EQ(list_line({"calendar", "v_1", "--at", ""}), "64");
}

}  // namespace
}  // namespace courtside
