// Goal: a message names the wrong value and the remedy, and an empty result does not look like a
// failure, nor a failure like an empty result.
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "tests/e2e/operations/support/ran.h"
#include "tests/e2e/support/server_test.h"

namespace courtside::e2e {
namespace {

struct Messages : ServerTest {
  Ran run(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), courtside_binary());
    Process process(arguments, {"COURTSIDE_URL=http://127.0.0.1:" + std::to_string(port())},
                    folder.path());
    const int status = process.wait();
    return {status, process.whole_output()};
  }
  // Runs a command at a terminal, which script(1) makes.
  Ran at_terminal(const std::string& command) const {
    Process process({"/usr/bin/script", "-qec", courtside_binary() + " " + command, "/dev/null"},
                    {"COURTSIDE_URL=http://127.0.0.1:" + std::to_string(port())}, folder.path());
    const int status = process.wait();
    return {status, process.whole_output()};
  }
  TempFolder folder;
};

TEST_F(Messages, NothingFoundIsSaidToAPerson) {
  for (const auto& [command, why] :
       {std::pair<std::string, std::string>{"history --channel user:77",
                                            "no event that these filters ask for and you may read"},
        {"log booking:zz", "no event of booking:zz, or none that you may read"},
        {"calendar 77", "no slot of venue 77 at that time"},
        {"notifications 77", "no such notification of account 77"},
        {"tail --no-follow user:77", "no event of these channels and types"}}) {
    const Ran ran = at_terminal(command);
    EXPECT_EQ(ran.status, 1) << ran.output;
    EXPECT_EQ(ran.output, "courtside: nothing found: " + why + "\r\n");
  }
  const Ran piped = run({"history", "--channel", "user:77"});
  EXPECT_EQ(piped.status, 1);
  EXPECT_EQ(piped.output, "");
}

// Story: a wrong path in --url looked as if nothing had been found.
TEST_F(Messages, AnAddressWithAWrongPathIsNamed) {
  const std::string url = "http://127.0.0.1:" + std::to_string(port()) + "/foo";
  for (const std::vector<std::string>& command : {std::vector<std::string>{"history"},
                                                  {"state", "a:1"},
                                                  {"tail", "--no-follow"},
                                                  {"log", "a:1"},
                                                  {"calendar", "v_1"},
                                                  {"publish", "--type", "a.b", "--subject", "a:1"},
                                                  {"export", "all.ndjson"}}) {
    std::vector<std::string> arguments = command;
    arguments.insert(arguments.end(), {"--url", url});
    const Ran ran = run(arguments);
    EXPECT_EQ(ran.status, 69) << ran.output;
    EXPECT_EQ(ran.output, "courtside: " + url + " is not Courtside's address (404): check --url\n");
  }
  const Ran none = run({"history", "--url", "nonsense://x"});
  EXPECT_EQ(none.status, 64);
  EXPECT_TRUE(none.says("courtside: `nonsense://x` is not a server's address")) << none.output;
  EXPECT_FALSE(run({"history", "--url", "ftp://a:secret@b"}).says("secret"));
}

TEST_F(Messages, HttpsToAServerOfHttpIsGuessed) {
  const Ran ran = run({"history", "--url", "https://127.0.0.1:" + std::to_string(port())});
  EXPECT_EQ(ran.status, 69);
  EXPECT_TRUE(ran.says("; does the server speak https?\n")) << ran.output;
}

// Story: the command made a token with a secret that the server does not start with.
TEST_F(Messages, ASecretThatTheServerRefusesSignsNothing) {
  const Ran ran = run({"token", "--user", "42", "--secret", "short"});
  EXPECT_EQ(ran.status, 78);
  EXPECT_EQ(ran.output,
            "courtside: access.jwt_secret: it is shorter than 32 bytes, so it can be "
            "guessed\n");
}

TEST_F(Messages, BenchByItselfSaysWhatIsMissing) {
  const std::string alone = folder.path() / "courtside";
  std::filesystem::copy_file(courtside_binary(), alone);
  Process process({alone, "bench", "idle"});
  EXPECT_EQ(process.wait(), 66);
  EXPECT_NE(process.whole_output().find("put courtside-bench beside courtside\n"),
            std::string::npos)
      << process.whole_output();
}

// Story: at every attempt the same line was printed.
TEST_F(Messages, ALostServerIsToldOnceAndThatItIsBack) {
  append_one(http, {.id = "e1", .type = "a.b", .subject = "a:1"});
  http.close();
  Process tail({courtside_binary(), "tail", "--earliest", "--url",
                "http://127.0.0.1:" + std::to_string(port())});
  tail.wait_for_output("\"e1\"");
  server.kill();
  tail.wait_for_output("Failed to connect");
  server.start();
  tail.wait_for_output("courtside: connected again\n");
  append_one(http, {.id = "e2", .type = "a.b", .subject = "a:1"});
  tail.wait_for_output("\"e2\"");
  std::set<std::string> told;
  std::istringstream lines(tail.output());
  for (std::string line; std::getline(lines, line);) {
    if (line.find("trying again") != std::string::npos) {
      EXPECT_TRUE(told.insert(line).second) << line;
    }
  }
  EXPECT_EQ(told.size(), 2u) << tail.output();
}

TEST_F(Messages, AnExportSaysWhatItWrote) {
  append_one(http, {.id = "e1", .type = "a.b", .subject = "a:1"});
  const Ran one = run({"export", "one.ndjson", "--type", "a.b"});
  EXPECT_EQ(one.status, 0);
  EXPECT_TRUE(one.says("one.ndjson: 1 event, SHA-256 ")) << one.output;
}

TEST_F(Messages, AnExportThatWasBrokenOffIsNotReplacedByChance) {
  append_one(http, {.id = "e1", .type = "a.b", .subject = "a:1"});
  ASSERT_EQ(run({"export", "all.ndjson"}).status, 0);
  const Ran other = run({"export", "all.ndjson", "--resume", "--type", "a.b"});
  EXPECT_EQ(other.status, 64);
  EXPECT_TRUE(other.says("all.ndjson is complete, and was asked for with no filters"))
      << other.output;

  std::ofstream(folder.path() / "part.ndjson.partial.state") << "{}\n";
  const Ran refused = run({"export", "part.ndjson"});
  EXPECT_EQ(refused.status, 64);
  EXPECT_EQ(refused.output,
            "courtside: part.ndjson.partial is there: `--resume` goes on, `--force` begins anew\n");
  EXPECT_EQ(run({"export", "part.ndjson", "--force"}).status, 0);
}

TEST_F(Messages, ATimeRangeThatEndsBeforeItBeginsIsRefused) {
  const std::string range = "since=2026-11-02T00:00:00Z&until=2026-11-01T00:00:00Z";
  for (const std::string path : {"/v1/events?", "/v1/users/42/notifications?"}) {
    const HttpResponse refused = http.get(path + range);
    EXPECT_EQ(refused.status, 400) << refused.body;
    EXPECT_EQ(refused.json()["detail"].text(), "parameter `until`: lies before `since`");
  }
  const Ran ran = run({"history", "--since", "1h", "--until", "2h"});
  EXPECT_EQ(ran.status, 64) << ran.output;
}

TEST_F(Messages, APositionOfAnotherLogIsNamed) {
  const std::string position = append_one(http, {.id = "e1", .type = "a.b", .subject = "a:1"});
  const std::string why = "position k3f9:1 is of another log: this one is `" +
                          position.substr(0, position.find(':')) +
                          "`; take positions from this server";
  for (const std::string path : {"/v1/events?after=k3f9:1", "/v1/subjects/a:1?at=k3f9:1"}) {
    const HttpResponse refused = http.get(path);
    EXPECT_EQ(refused.status, 410) << refused.body;
    EXPECT_EQ(refused.json()["detail"].text(), why);
  }
  const Ran tail = run({"tail", "--after", "k3f9:1", "--no-follow"});
  EXPECT_TRUE(tail.says("courtside: k3f9:1 is of another log; beginning at the earliest event of " +
                        position.substr(0, position.find(':'))))
      << tail.output;
}

TEST_F(Messages, DataThatIsNoJsonIsNamed) {
  const Ran ran = run({"publish", "--type", "a.b", "--subject", "a:1", "--data", "{x:1}"});
  EXPECT_EQ(ran.status, 64);
  EXPECT_EQ(ran.output, "courtside: publish: --data is not JSON\n");
}

TEST_F(Messages, AQuestionThatIsRefusedHasNoTable) {
  const Ran ran = run({"tail", "no channel", "-o", "csv", "--no-follow"});
  EXPECT_NE(ran.status, 0);
  EXPECT_FALSE(ran.says("position,recordedtime")) << ran.output;
}

TEST_F(Messages, AnAddressInUseIsNamedWithARemedy) {
  const Ran ran = run({"serve", "--data", (folder.path() / "other").string(), "--listen",
                       "127.0.0.1:" + std::to_string(port())});
  EXPECT_EQ(ran.status, 69) << ran.output;
  EXPECT_TRUE(
      ran.says("Address already in use; another program listens there: stop it, or choose "
               "another `--listen`"))
      << ran.output;
}

TEST_F(Messages, ARoleAndAPermissionThatNoRuleAsksForAreTold) {
  const Ran token = run(
      {"token", "--user", "42", "--role", "USR", "--secret", "0123456789abcdef0123456789abcdef"});
  EXPECT_EQ(token.status, 0);
  EXPECT_TRUE(token.says("warning: no rule asks for the role `USR`; did you mean `USER`?"))
      << token.output;
  const std::filesystem::path keys = folder.path() / "keys";
  std::ofstream(keys) << "web:service-key-of-a-backend-0123456789ab:event:publsh\n";
  std::filesystem::permissions(keys, std::filesystem::perms(0600));
  ServerProcess other({"--access-service-keys-file", keys.string()});
  other.process().wait_for_output(
      "the key of `web`: no rule asks for `event:publsh`; did you mean `event:publish`?");
}

}  // namespace
}  // namespace courtside::e2e
