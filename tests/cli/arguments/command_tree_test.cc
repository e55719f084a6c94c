// Goal: completion and man pages are made of the command line itself, so no command and no option
// is missing in one of them, and the words of an option are known.
#include "cli/arguments/command_tree.h"

#include <gmock/gmock.h>

#include <fstream>
#include <set>
#include <sstream>

#include "base/error.h"
#include "cli/arguments/exit_statuses.h"
#include "engine/config/settings.h"
#include "tests/cli/arguments/parsed_line.h"

namespace courtside {
namespace {

using testing::HasSubstr;

// What a command prints that ends with 0.
std::string printed(const std::vector<std::string>& arguments) {
  const auto line = parse_command_line(arguments, pipe());
  EXPECT_FALSE(line);
  if (line) return {};
  EXPECT_EQ(line.error().status, 0) << line.error().err;
  return line.error().out;
}

OptionInfo of_type(const std::string& type) {
  OptionInfo out;
  out.type = type;
  return out;
}

TEST(CommandTree, OptionsHaveTheWordsOfTheirType) {
  EXPECT_THAT(of_type("asc|desc").values(), testing::ElementsAre("asc", "desc"));
  EXPECT_THAT(of_type("local|utc|ZONE").values(), testing::ElementsAre("local", "utc"));
  EXPECT_THAT(of_type("FILE").values(), testing::IsEmpty());
  EXPECT_TRUE(of_type("FILE").is_path());
  EXPECT_FALSE(of_type("").takes_value());
}

TEST(CommandTree, EverySettingIsInCompletionAndManPage) {
  const std::string page = printed({"man", "serve"});
  for (const char* shell : {"bash", "zsh", "fish"}) {
    const std::string script = printed({"completion", shell});
    for (const Setting& setting : settings()) {
      EXPECT_THAT(script, HasSubstr(setting.flag().substr(2))) << shell;
    }
  }
  for (const Setting& setting : settings()) {
    std::string flag;
    for (const char c : setting.flag()) flag += c == '-' ? std::string("\\-") : std::string(1, c);
    EXPECT_THAT(page, HasSubstr(flag));
    EXPECT_THAT(page, HasSubstr(setting.environment()));
  }
}

TEST(CommandTree, WordsOfSettingsAreCompleted) {
  const std::string script = printed({"completion", "bash"});
  for (const Setting& setting : settings()) {
    const auto* choice = std::get_if<ChoiceSetting>(&setting.kind);
    if (choice == nullptr) continue;
    std::string words;
    for (const std::string_view word : choice->words)
      words.append(words.empty() ? "" : " ").append(word);
    EXPECT_THAT(script,
                HasSubstr("\"serve " + setting.flag() + "\") _courtside_words '" + words + "'"));
  }
}

// No line of roff begins with what it takes for a request of its own.
TEST(CommandTree, AManPageIsRoff) {
  for (const char* command : {"serve", "history", "verify"}) {
    const std::string page = printed({"man", command});
    EXPECT_EQ(page.substr(0, 4), ".TH ");
    EXPECT_EQ(page.find("\n'"), std::string::npos);
    EXPECT_EQ(page.find("\n.0"), std::string::npos);
  }
}

TEST(ExitStatus, OfAManPageIsThatOfTheCommand) {
  const std::string publish = printed({"man", "publish"});
  const std::string status = publish.substr(publish.find(".SH EXIT STATUS"));
  EXPECT_THAT(status, HasSubstr("another version than it expects"));
  EXPECT_THAT(status, testing::Not(HasSubstr("the log is damaged")));
  const std::string version = printed({"man", "version"});
  EXPECT_THAT(version, testing::Not(HasSubstr("\\fB69\\fR")));
  EXPECT_THAT(printed({"man", "verify"}), HasSubstr("the log is damaged"));
}

TEST(ExitStatus, IsExplainedInTheDocument) {
  std::string table = "| exit | of | meaning |\n| --- | --- | --- |\n";
  for (const ExitStatus& each : exit_statuses()) {
    table += "| " + std::to_string(each.status) + " | " + kinds_text(each.of) + " | " +
             each.meaning + " |\n";
  }
  std::ifstream file(std::string(COURTSIDE_SOURCE_DIR) + "/docs/operations.md");
  std::stringstream page;
  page << file.rdbuf();
  EXPECT_THAT(page.str(), HasSubstr("\n" + table + "\n"));
}

TEST(ExitStatus, OfEveryCodeIsExplained) {
  std::set<int> explained;
  for (const ExitStatus& each : exit_statuses()) explained.insert(each.status);
  for (std::size_t i = 0; i < code_count(); ++i) {
    EXPECT_EQ(explained.count(code_at(i).exit_status), 1u) << code_at(i).name;
  }
}

// The commands that a page of help lists.
std::vector<std::string> commands_of(const std::string& page) {
  std::vector<std::string> names;
  const std::size_t begin = page.find("\nCommands:\n");
  if (begin == std::string::npos) return names;
  std::istringstream lines(page.substr(begin + 11));
  for (std::string line; std::getline(lines, line) && !line.empty();) {
    if (line.starts_with("  ") && line[2] != ' ')
      names.push_back(line.substr(2, line.find(' ', 2) - 2));
  }
  return names;
}

// Every page of help, as it is on a terminal of 80 columns. Returns their number.
int check_help(std::vector<std::string> command) {
  command.insert(command.begin(), "help");
  const std::string page = printed(command);
  std::istringstream lines(page);
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 80u) << line;
  for (const char* riddle : {"{false}", "Excludes", "[channels", "REQUIRED", "TEXT:"}) {
    EXPECT_THAT(page, testing::Not(HasSubstr(riddle)));
  }
  EXPECT_THAT(page, HasSubstr("\nUsage: courtside"));
  int pages = 1;
  command.erase(command.begin());
  for (const std::string& below : commands_of(page)) {
    command.push_back(below);
    pages += check_help(command);
    command.pop_back();
  }
  return pages;
}

TEST(Help, FitsTheTerminalAndNamesWhatAnOptionTakes) {
  EXPECT_GE(check_help({}), 26);
  EXPECT_THAT(printed({"tail", "--help"}),
              HasSubstr("Usage: courtside tail [OPTIONS] [CHANNEL...]\n"));
  EXPECT_THAT(printed({"notifications", "-h"}), HasSubstr(" [OPTIONS] ACCOUNT\n"));
  EXPECT_THAT(printed({"bench", "--help"}), HasSubstr("[1,000 connections, 64 in flight,\n"));
  EXPECT_THAT(printed({"bench", "--help"}), HasSubstr("It appends its events to the server's log"));
  const std::string hint = "`courtside help COMMAND` shows the options";
  EXPECT_THAT(printed({"--help"}), HasSubstr(hint));
  EXPECT_THAT(printed({"tail", "--help"}), testing::Not(HasSubstr(hint)));
}

TEST(CommandTree, VerifyTakesAFolderOrAFile) {
  EXPECT_EQ(parsed<VerifyCommand>({"verify", "/"}).data, "/");
  EXPECT_EQ(parsed<VerifyCommand>({"verify", "/"}).export_file, "");
  EXPECT_EQ(parsed<VerifyCommand>({"verify", "/no/such.ndjson"}).export_file, "/no/such.ndjson");
  EXPECT_EQ(refused({"verify", "a.ndjson", "--data", "d"}),
            "64 courtside: verify: either --data or FILE");
}

}  // namespace
}  // namespace courtside
