// Goal: what a message or page advises works when done literally, from the reader's situation.
#include <signal.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/e2e/operations/support/listening.h"
#include "tests/e2e/operations/support/ran.h"
#include "tests/e2e/support/server_test.h"

namespace courtside::e2e {
namespace {

namespace fs = std::filesystem;

// A shell in its own folder with the program on its PATH, as a reader has it.
struct Shell {
  Ran run(const std::string& command) const {
    Process process({"/bin/bash", "-c", command}, environment(), folder.path());
    const int status = process.wait(Deadline(seconds(60)));
    return {status, process.whole_output()};
  }
  // Like run(), and expects success.
  std::string done(const std::string& command) const {
    const Ran ran = run(command);
    EXPECT_EQ(ran.status, 0) << command << "\n" << ran.output;
    return ran.output;
  }
  std::vector<std::string> environment() const {
    const std::string program = fs::path(courtside_binary()).parent_path().string();
    std::vector<std::string> all = more;
    all.push_back("PATH=" + program + ":" + std::getenv("PATH"));
    return all;
  }
  std::string at(const std::string& name) const { return (folder.path() / name).string(); }

  TempFolder folder;
  std::vector<std::string> more;  // environment variables
};

struct Advice : Shell, ServerTest {
  Advice() {
    more = {"COURTSIDE_URL=http://127.0.0.1:" + std::to_string(port()),
            "DATA=" + server.data().string()};
  }
  void publish_one() { append_one(http, {.id = "e1", .type = "a.b", .subject = "a:1"}); }
};

// "X is in use ...: verify a backup of it instead"
TEST_F(Advice, ALogThatIsServedIsVerifiedByABackup) {
  publish_one();
  const Ran refused = run("courtside verify --data $DATA");
  EXPECT_EQ(refused.status, 75);
  EXPECT_TRUE(refused.says("verify a backup of it instead")) << refused.output;
  done("courtside backup --data $DATA monday");
  EXPECT_NE(done("courtside verify --data monday -o table").find("sound: "), std::string::npos);
}

// "X is a backup: copy it", "X is a backup: restore it into a folder first"
TEST_F(Advice, ABackupIsCopiedAndRestored) {
  publish_one();
  done("courtside backup --data $DATA monday");
  const Ran again = run("courtside backup --data monday tuesday");
  EXPECT_TRUE(again.says("is a backup: copy it")) << again.output;
  done("cp -a monday tuesday && courtside verify --data tuesday");

  const Ran served = run("courtside serve --listen 127.0.0.1:0 --data monday");
  EXPECT_EQ(served.status, 66);
  EXPECT_TRUE(served.says("restore it into a folder first")) << served.output;
  done("courtside restore monday --data anew");
  Process restored({courtside_binary(), "serve", "--listen", "127.0.0.1:0", "--data", at("anew")});
  HttpClient client(wait_for_port(restored));
  EXPECT_EQ(read_log(client, "type=a.b").size(), 1u);
  client.close();
  restored.signal(SIGTERM);
  EXPECT_EQ(restored.wait(), 0);
}

// "another process holds the data folder": "stop the other server, or choose another folder"
TEST_F(Advice, AFolderInUseIsFreeOnceTheOtherServerStopped) {
  const std::string serve = "courtside serve --listen 127.0.0.1:0 --data ";
  EXPECT_EQ(run(serve + "$DATA").status, 75);
  const std::string until_it_listens = " 2>&1 | (grep -m1 'listening on' && kill $(cat pid))";
  const std::string in_background = "sh -c 'echo $$ > pid; exec " + serve;
  done(in_background + "other'" + until_it_listens);
  EXPECT_EQ(stop_server(), 0);
  done(in_background + "$DATA'" + until_it_listens);
}

// "... is there already: --force replaces it", "begin one without --resume"
TEST_F(Advice, AnExportIsReplacedOrBegun) {
  publish_one();
  const Ran none = run("courtside export all.ndjson --resume");
  EXPECT_EQ(none.status, 66);
  EXPECT_TRUE(none.says("begin one without --resume")) << none.output;
  done("courtside export all.ndjson");
  const Ran there = run("courtside export all.ndjson");
  EXPECT_EQ(there.status, 64);
  EXPECT_TRUE(there.says("--force replaces it")) << there.output;
  done("courtside export all.ndjson --force");
}

// "there is no secret to sign with; set JWT_SECRET, or give --secret"
TEST_F(Advice, ATokenIsMadeWithASecret) {
  const Ran none = run("courtside token --user 42");
  EXPECT_NE(none.status, 0);
  EXPECT_TRUE(none.says("set JWT_SECRET, or give --secret")) << none.output;
  more.push_back("JWT_SECRET=0123456789abcdef0123456789abcdef");
  const std::string by_variable = done("courtside token --user 42");
  EXPECT_EQ(std::count(by_variable.begin(), by_variable.end(), '.'), 2);
  more.pop_back();
  const std::string by_flag =
      done("courtside token --user 42 --secret 0123456789abcdef0123456789abcdef");
  EXPECT_EQ(std::count(by_flag.begin(), by_flag.end(), '.'), 2);
}

// "courtside: publish: say what: --type and --subject, or --file with JSON lines"
TEST_F(Advice, WhatIsPublishedIsSaid) {
  done("courtside publish --type a.b --subject a:1");
  done(
      "courtside export one.ndjson && sed 's/\"id\":\"[^\"]*\"/\"id\":\"again\"/' one.ndjson > "
      "lines && courtside publish --file lines");
  EXPECT_EQ(read_log(http, "type=a.b").size(), 2u);
}

// "409: read it again,
// decide again; `details.current` is its version"
TEST_F(Advice, AnErrorNamesWhereToGoOn) {
  publish_one();
  const HttpResponse refused =
      http.post("/v1/events", std::string(kOneEvent),
                Draft{.id = "e2", .subject = "a:1", .more = R"(,"expectedversion":0)"}.json());
  ASSERT_EQ(refused.status, 409) << refused.body;
  const std::string current(refused.json()["details"]["current"].raw());
  const HttpResponse taken = http.post(
      "/v1/events", std::string(kOneEvent),
      Draft{.id = "e2", .subject = "a:1", .more = R"(,"expectedversion":)" + current}.json());
  EXPECT_EQ(taken.status, 200) << taken.body;
}

// "`courtside config print` shows every value ..., `-o toml` as a file to begin with"
TEST_F(Advice, APrintedConfigurationIsServed) {
  done("courtside config print -o toml > courtside.toml");
  done("sed -i 's/^listen = .*/listen = \"127.0.0.1:0\"/' courtside.toml");
  done(
      "sh -c 'echo $$ > pid; exec courtside serve --config courtside.toml' 2>&1 |"
      " (grep -m1 'listening on' && kill $(cat pid))");
}

// docs/operations.md: "It may be deleted while the server is down"
TEST_F(Advice, SnapshotsMayBeDeleted) {
  publish_one();
  const std::string state = http.get("/v1/subjects/a:1?at=now").body;
  EXPECT_EQ(stop_server(), 0);
  done("rm -r $DATA/snapshots");
  server.start();
  EXPECT_EQ(http.get("/v1/subjects/a:1?at=now").body, state);
}

// Follows the first steps that a server prints at a terminal; script(1) makes the terminal.
TEST(FirstSteps, WorkAsTheyArePrinted) {
  Shell shell;
  Process server({courtside_binary(), "serve", "--listen", "127.0.0.1:0", "--data", shell.at("log"),
                  "--log-format", "text"});
  server.wait_for_output("text/event-stream");
  std::vector<std::string> steps;
  std::istringstream lines(server.output());
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("  ")) continue;
    const bool goes_on = !steps.empty() && steps.back().ends_with("\\");
    goes_on ? steps.back().append("\n" + line) : steps.emplace_back(line);
  }
  ASSERT_EQ(steps.size(), 4u) << server.output();
  Process tail({"/bin/bash", "-c", "exec" + steps[0]}, shell.environment(), shell.folder.path());
  // It may connect after the event, so publish until it shows one.
  wait_until("the tail shows the event", [&] {
    const Ran published = shell.run(steps[1]);
    EXPECT_EQ(published.status, 0) << published.output;
    return tail.output().find("booking.created") != std::string::npos;
  });
  EXPECT_NE(shell.done(steps[2]).find("booking.created"), std::string::npos);
  const Ran stream = shell.run("timeout 2" + steps[3]);
  EXPECT_EQ(stream.status, 124) << stream.output;  // it was still running
  tail.signal(SIGINT);
  tail.wait();
  server.signal(SIGTERM);
  EXPECT_EQ(server.wait(), 0);
}

// README.md, "Who may what".
TEST(WhoMayWhat, ATokenOfOnesOwnTailsOnesOwnChannel) {
  Shell shell;
  const std::string secret = "JWT_SECRET=0123456789abcdef0123456789abcdef ";
  std::ofstream(shell.at("keys")) << "backend:"
                                  << "service-key-of-a-backend-0123456789ab\n";
  fs::permissions(shell.at("keys"), fs::perms(0600));
  Process server({"/bin/bash", "-c",
                  secret + "exec courtside serve --listen 127.0.0.1:0 --data log "
                           "--access-service-keys-file keys"},
                 shell.environment(), shell.folder.path());
  shell.more = {"COURTSIDE_URL=" + wait_for_url(server)};
  shell.done(
      "courtside publish --type booking.created --subject booking:b_1 --token "
      "service-key-of-a-backend-0123456789ab --data "
      "'{\"bookingId\":\"b_1\",\"accountId\":\"42\"}'");
  const std::string token = "--token \"$(" + secret + "courtside token --user 42 --role USER)\"";
  EXPECT_NE(shell.done("courtside tail user:42 --earliest --no-follow " + token).find("b_1"),
            std::string::npos);
  EXPECT_EQ(shell.run("courtside tail user:7 --earliest --no-follow " + token).status, 77);
  server.signal(SIGTERM);
  EXPECT_EQ(server.wait(), 0);
}

// docs/operations.md, "Keys and tokens": a key from `openssl rand -hex 32`; two lines with one name
// let a new key replace an old one; the file is replaced by a rename.
TEST(Keys, ANewOneFollowsAnOldOne) {
  Shell shell;
  shell.done("umask 077; echo \"web:$(openssl rand -hex 32)\" > keys; cut -d: -f2 keys > old");
  Process server({courtside_binary(), "serve", "--listen", "127.0.0.1:0", "--data", shell.at("log"),
                  "--access-service-keys-file", shell.at("keys")});
  shell.more = {"COURTSIDE_URL=" + wait_for_url(server)};
  const auto publishes = [&](const std::string& key) {
    return shell.run("courtside publish --type a.b --subject a:1 --token-file " + key).status;
  };
  EXPECT_EQ(publishes("old"), 0);
  shell.done(
      "umask 077; openssl rand -hex 32 > new; (cat keys; echo \"web:$(cat new)\") > keys.new; mv "
      "keys.new keys");
  server.signal(SIGHUP);
  server.wait_for_output("new keys of 1 are in use");
  EXPECT_EQ(publishes("old"), 0);
  EXPECT_EQ(publishes("new"), 0);
  shell.done("umask 077; echo \"web:$(cat new)\" > keys.new; mv keys.new keys");
  server.signal(SIGHUP);
  wait_until("the old key is refused", [&] { return publishes("old") == 77; });
  EXPECT_EQ(publishes("new"), 0);
  server.signal(SIGTERM);
  EXPECT_EQ(server.wait(), 0);
}

}  // namespace
}  // namespace courtside::e2e
