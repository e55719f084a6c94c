// Goal: docs/guarantees.md works word for word: its commands demonstrate each promise.
// support/transcript.h describes how its blocks are run.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/e2e/operations/support/tls_proxy.h"
#include "tests/e2e/support/server_process.h"
#include "tests/e2e/support/test_http_client.h"
#include "tests/e2e/support/transcript.h"
#include "tests/support/free_port.h"

namespace courtside::e2e {
namespace {

constexpr const char* kListening = "listening on http://127.0.0.1:";

std::string page() {
  std::ostringstream text;
  text << std::ifstream(std::string(COURTSIDE_SOURCE_DIR) + "/docs/guarantees.md").rdbuf();
  return text.str();
}

// Starts the server first and compares its output afterwards, because only it knows the log's
// epoch.
void start(Transcript& transcript, const FencedBlock& block, const std::string& port) {
  FencedBlock command = block, output = block;
  command.lines.resize(1);
  output.lines.erase(output.lines.begin());
  transcript.perform(command);
  transcript.running(block.name).wait_for_output(kListening);
  HttpClient http(static_cast<std::uint16_t>(std::stoul(port)));
  transcript.same("k3f9:", http.get("/health").json()["epoch"].text() + ":");
  transcript.perform(output);
}

TEST(GuaranteesPage, WorksWordForWord) {
  TempFolder folder;
  Transcript transcript(folder.path());
  const std::string port = std::to_string(free_port());
  transcript.same("127.0.0.1:8080", "127.0.0.1:" + port);
  transcript.environment(
      {"PATH=" + std::filesystem::path(courtside_binary()).parent_path().string() + ":" +
           std::getenv("PATH"),
       "COURTSIDE_URL=http://127.0.0.1:" + port, "COURTSIDE_LOG_FORMAT=text"});
  bool serves = false;
  int promises = 0;
  for (const FencedBlock& block : fenced_blocks(page())) {
    SCOPED_TRACE("docs/guarantees.md, line " + std::to_string(block.line));
    if (!serves && block.name == "server") {
      start(transcript, block, port);
      serves = true;
    } else {
      transcript.perform(block);
    }
    promises += block.language == "console" && block.name.empty();
  }
  transcript.expect_all_shown();
  EXPECT_GE(promises, 14) << "a promise has no command";
}

// A promise without a limit could not be kept.
TEST(GuaranteesPage, EveryPromiseHasItsLimits) {
  const std::string text = page();
  for (std::size_t at = text.find("\n## "); at != text.npos; at = text.find("\n## ", at + 1)) {
    const std::string promise = text.substr(at + 1, text.find("\n## ", at + 1) - at - 1);
    const std::string title = promise.substr(0, promise.find('\n'));
    if (title == "## Promises without a command here") continue;
    EXPECT_NE(promise.find("\n$ "), promise.npos) << title;
    EXPECT_NE(promise.find("**Limits.**"), promise.npos) << title;
  }
}

}  // namespace
}  // namespace courtside::e2e
