// Goal: the examples in README.md and docs/audit.md work word for word: a Node client that is cut
// and resumes, and the answers to questions of support and auditors. support/transcript.h describes
// how their blocks are run.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/e2e/support/server_process.h"
#include "tests/e2e/support/test_http_client.h"
#include "tests/e2e/support/transcript.h"

namespace courtside::e2e {
namespace {

std::string text_of(const std::filesystem::path& file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

void perform_all(Transcript& transcript, const std::string& document) {
  for (const FencedBlock& block : fenced_blocks(document)) transcript.perform(block);
  transcript.expect_all_shown();
}

// The PATH with the program first, as after `make install`, and the server's address, because it is
// not on the default port here.
std::vector<std::string> environment(const std::string& port) {
  return {"PATH=" + std::filesystem::path(courtside_binary()).parent_path().string() + ":" +
              std::getenv("PATH"),
          "COURTSIDE_URL=http://127.0.0.1:" + port};
}

// Starts the server first; its output is compared when its address and epoch are known.
void start_server(Transcript& transcript, const FencedBlock& block) {
  FencedBlock command = block, output = block;
  command.lines.resize(1);
  output.lines.erase(output.lines.begin());
  transcript.perform(command);
  const std::string kListening = "listening on http://127.0.0.1:";
  const std::string port =
      transcript.running(block.name).wait_for_output(kListening).substr(kListening.size());
  for (const char* host : {"127.0.0.1:", "localhost:"})
    transcript.same(host + std::string("8080"), host + port);
  transcript.environment(environment(port));
  const auto number = static_cast<std::uint16_t>(std::stoul(port));
  const std::string epoch = HttpClient(number).get("/health").json()["epoch"].text();
  transcript.same("k3f9:", epoch + ":");
  transcript.same("\"k3f9\"", "\"" + epoch + "\"");
  transcript.perform(output);
}

struct Performed {
  int programs = 0, commands = 0;
};

// Runs the document's blocks. The document assumes a server on the default port (started by
// `starts`) with epoch k3f9; here it is the built server on a free port.
Performed perform_document(const std::string& name, const std::string& starts) {
  TempFolder folder;
  Transcript transcript(folder.path());
  transcript.alias(starts, courtside_binary() +
                               " serve --listen 127.0.0.1:0 --data ./courtside-data"
                               " --log-format text");
  bool serves = false;
  Performed done;
  for (const FencedBlock& block :
       fenced_blocks(text_of(std::string(COURTSIDE_SOURCE_DIR) + "/" + name))) {
    SCOPED_TRACE(name + ", line " + std::to_string(block.line));
    if (!serves && block.language == "console" && !block.lines.empty() &&
        block.lines.front() == "$ " + starts) {
      start_server(transcript, block);
      serves = true;
      continue;
    }
    transcript.perform(block);
    done.programs += block.language == "js" && !block.name.empty();
    done.commands += block.language == "console";
  }
  transcript.expect_all_shown();
  EXPECT_TRUE(serves) << name << " does not start a server";
  return done;
}

TEST(Readme, WorksWordForWord) {
  const Performed done = perform_document("README.md", "script/server");
  EXPECT_GE(done.programs, 1) << "README.md has no client";
  EXPECT_GE(done.commands, 2) << "README.md shows nothing of it";
}

TEST(AuditPage, AnswersEveryQuestionWordForWord) {
  const Performed done = perform_document("docs/audit.md", "courtside serve");
  EXPECT_GE(done.commands, 14) << "docs/audit.md leaves a question open";
}

TEST(AuditPage, AnswersEveryQuestionByCallAndByCommand) {
  const std::string page = text_of(std::string(COURTSIDE_SOURCE_DIR) + "/docs/audit.md");
  for (int question = 1; question <= 14; ++question) {
    const std::size_t begin = page.find("\n## " + std::to_string(question) + ". ");
    ASSERT_NE(begin, page.npos) << question;
    const std::string answer = page.substr(begin, page.find("\n## ", begin + 1) - begin);
    EXPECT_NE(answer.find("\n$ curl "), answer.npos) << question;
    EXPECT_NE(answer.find("\n$ courtside "), answer.npos) << question;
  }
}

TEST(Transcripts, OutputIsComparedLineByLine) {
  using Lines = std::vector<std::string>;
  EXPECT_TRUE(output_matches(Lines{"a", "b"}, Lines{"a", "b"}, true));
  EXPECT_FALSE(output_matches(Lines{"a", "b"}, Lines{"a", "c"}, true));
  EXPECT_FALSE(output_matches(Lines{"a", "b"}, Lines{"a"}, false));
  EXPECT_FALSE(output_matches(Lines{"a"}, Lines{"a", "b"}, true));
  EXPECT_TRUE(output_matches(Lines{"a"}, Lines{"a", "b"}, false));
  EXPECT_TRUE(output_matches(Lines{"a", "...", "z"}, Lines{"a", "b", "c", "z"}, true));
  EXPECT_TRUE(output_matches(Lines{"a", "...", "z"}, Lines{"a", "z", "z"}, true));
  EXPECT_FALSE(output_matches(Lines{"...", "z"}, Lines{"a", "b"}, false));
  EXPECT_TRUE(output_matches(Lines{}, Lines{}, true));
}

TEST(Transcripts, CommandsRunAndWhatTheyPrintMatters) {
  const auto perform = [](const std::string& document) {
    TempFolder folder;
    Transcript transcript(folder.path());
    transcript.same("earth", "world");
    perform_all(transcript, document);
  };
  perform(
      "prose\n```txt a.txt\nhello earth\n```\n```console\n$ cat a.txt\nhello earth\n"
      "$ cat \\\n  a.txt; date -u +%FT%TZ\n...\n2001-01-01T00:00:00Z\n```\n");
  perform(
      "```console one\n$ echo begun; read -t 100 < <(sleep 100)\nbegun\n```\n"
      "```console\n$ echo two\ntwo\n```\n```console one\n^C\n```\n");
  EXPECT_THROW(perform("```console\n$ echo one\ntwo\n$ true\n```\n"), Failure);
  EXPECT_THROW(perform("```console\n$ echo one; echo two\none\n```\n"), Failure);
  EXPECT_THROW(perform("```console\n$ true\n"), Failure);
}

}  // namespace
}  // namespace courtside::e2e
