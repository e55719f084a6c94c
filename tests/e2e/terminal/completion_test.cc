// Goal: a shell completes commands, options and the words that an option takes.
#include <gmock/gmock.h>

#include "tests/e2e/support/server_process.h"
#include "tests/e2e/terminal/support/terminal.h"

namespace courtside::e2e {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::IsSupersetOf;
using testing::Not;

// What bash offers for the last of these words, as it splits them.
std::vector<std::string> offered(const std::vector<std::string>& words,
                                 const std::filesystem::path& folder = ".") {
  std::string script = "source <(\"$0\" completion bash); COMP_WORDS=(courtside";
  for (const std::string& word : words) script += " '" + word + "'";
  script += "); COMP_CWORD=" + std::to_string(words.size()) +
            "; _courtside; printf '%s\\n' \"${COMPREPLY[@]}\"";
  const Ran ran = in_shell(script, folder);
  EXPECT_EQ(ran.status, 0) << ran.output;
  std::vector<std::string> out;
  std::string line;
  for (const char c : ran.output) {
    if (c != '\n') {
      line.push_back(c);
    } else if (!line.empty()) {
      out.push_back(std::exchange(line, {}));
    }
  }
  return out;
}

TEST(BashCompletion, KnowsCommandsOptionsAndTheirWords) {
  EXPECT_THAT(offered({""}), IsSupersetOf({"serve", "history", "outbox", "completion"}));
  EXPECT_THAT(offered({"cal"}), ElementsAre("calendar"));
  EXPECT_THAT(offered({"outbox", ""}), ElementsAre("install", "status", "backfill"));
  EXPECT_THAT(offered({"history", "--or"}), ElementsAre("--order"));
  EXPECT_THAT(offered({"history", "--order", ""}), ElementsAre("asc", "desc"));
  EXPECT_THAT(offered({"history", "--order", "=", "d"}), ElementsAre("desc"));
  EXPECT_THAT(offered({"history", "--order", "="}), ElementsAre("asc", "desc"));
  EXPECT_THAT(offered({"history", "-o", "json"}), ElementsAre("json", "jsonl"));
  EXPECT_THAT(offered({"history", "--tz", ""}), ElementsAre("local", "utc"));
  EXPECT_THAT(offered({"serve", "--log-format", ""}), ElementsAre("auto", "text", "json"));
  EXPECT_THAT(offered({"config", "print", "--listen", ""}), IsEmpty()) << "it is any address";
  EXPECT_THAT(offered({"bench", "re"}), ElementsAre("replay", "reconnect"));
  EXPECT_THAT(offered({"completion", ""}), ElementsAre("bash", "zsh", "fish"));
  EXPECT_THAT(offered({"help", "ver"}), ElementsAre("verify", "version"));
  EXPECT_THAT(offered({"history", "--url", "http://x", "--ty"}), ElementsAre("--type"));
}

TEST(BashCompletion, KnowsWhereAFileGoes) {
  const TempFolder folder;
  for (const char* name : {"a key.pem", "b.ndjson"}) {
    EXPECT_EQ(in_shell("touch '" + std::string(name) + "'", folder.path()).status, 0);
  }
  EXPECT_THAT(offered({"history", "--token-file", "a"}, folder.path()), ElementsAre("a key.pem"));
  EXPECT_THAT(offered({"verify", "b"}, folder.path()), ElementsAre("b.ndjson"));
  EXPECT_THAT(offered({"history", "--actor", ""}, folder.path()), IsEmpty());
}

// A person types, and the shell itself completes: once for the command, once for a word.
TEST(BashCompletion, WorksInAShellOnATerminal) {
  const Shown shown = run_on_terminal(
      80, {"/bin/bash", "--norc", "-c",
           "source <(" + courtside_binary() + " completion bash); complete -p courtside"});
  EXPECT_EQ(shown.lines, std::vector<std::string>{"complete -F _courtside courtside"});
}

TEST(Completion, ScriptsAreWhole) {
  EXPECT_EQ(in_shell("\"$0\" completion bash | bash -n -").output, "");
  for (const char* shell : {"bash", "zsh", "fish"}) {
    const Ran ran = in_shell(std::string("\"$0\" completion ") + shell);
    EXPECT_EQ(ran.status, 0);
    for (const char* word :
         {"notifications", "no-follow", "limits-header-bytes", "desc", "backfill"}) {
      EXPECT_THAT(ran.output, testing::HasSubstr(word)) << shell;
    }
  }
  EXPECT_EQ(in_shell("\"$0\" completion ksh").status, 64);
}

}  // namespace
}  // namespace courtside::e2e
