// Goal: `courtside state` takes its moment in the words of the other commands, and refuses what is
// no subject.
#include <gtest/gtest.h>

#include "tests/cli/arguments/parsed_line.h"

namespace courtside {
namespace {

// "<subject> at <moment> by <channels>", or the exit status.
std::string state_line(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "state");
  const auto line = parse_command_line(arguments, pipe());
  if (!line) return std::to_string(line.error().status);
  const auto& command = std::get<StateCommand>(*line);
  EXPECT_EQ(command.token, "t");
  EXPECT_EQ(command.output, OutputFormat::kJsonl);
  std::string told = command.subject + " at " + command.at + " by";
  for (const std::string& channel : command.channels) told += " " + channel;
  return told;
}

TEST(StateCommand, TakesItsMomentInTheWordsOfTheOthers) {
  EXPECT_EQ(state_line({"booking:b"}), "booking:b at now by");
  EXPECT_EQ(state_line({"booking:b", "--at", "2h"}), "booking:b at -2h by");
  EXPECT_EQ(state_line({"booking:b", "--at=-2h"}), "booking:b at -2h by");
  EXPECT_EQ(state_line({"booking:b", "--at", "k3f9:7"}), "booking:b at k3f9:7 by");
  EXPECT_EQ(state_line({"slot:s", "--channel", "venue:v", "--channel", "availability:v"}),
            "slot:s at now by venue:v availability:v");
}

TEST(StateCommand, RefusesWhatIsNoSubject) {
  EXPECT_EQ(state_line({}), "64");
  EXPECT_EQ(state_line({"b_1"}), "64");
  EXPECT_EQ(state_line({"booking:b", "-o", "csv"}), "64");
}

}  // namespace
}  // namespace courtside
