// Goal: every signal to a server has the documented effect, and none except SIGKILL ends it without
// a clean shutdown.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <utility>

#include "tests/e2e/operations/support/tls_proxy.h"
#include "tests/e2e/support/server_test.h"
#include "tests/support/free_port.h"

namespace courtside::e2e {
namespace {

using Signals = ServerTest;

TEST_F(Signals, HangupReloadsAndSaysSo) {
  Session client = session();
  server.process().signal(SIGHUP);
  server.process().wait_for_output(
      "asked to reload: files of keys were read, new keys of 0 are in use");
  client.subscribe({});
  client.expect("live");
}

TEST_F(Signals, SignalsThatMeanNothingAreIgnored) {
  for (const int each : {SIGPIPE, SIGUSR1, SIGCHLD}) server.process().signal(each);
  server.process().wait_for_output("SIGUSR1 means nothing");
  EXPECT_EQ(http.get("/health").status, 200);
  // A stop still works after them: TearDown() expects 0.
}

// `courtside serve 2>&1 | head -1`: the reader of the log exits, the server keeps running.
TEST(SignalsOfAPipe, AReaderOfTheLogThatGoesDoesNotEndTheServer) {
  TempFolder folder;
  const std::uint16_t port = free_port();
  Process shell({"/bin/bash", "-c",
                 "(echo $BASHPID > pid; exec '" + courtside_binary() +
                     "' serve --listen 127.0.0.1:" + std::to_string(port) +
                     " --data log) 2>&1 | head -n 1; echo gone; wait"},
                {}, folder.path());
  const auto is_up = [port] {
    try {
      return HttpClient(port).get("/health").status == 200;
    } catch (const Failure&) {
      return false;
    }
  };
  wait_until("the server answers", is_up);
  std::ifstream file(folder.path() / "pid");
  pid_t pid = 0;
  file >> pid;
  ASSERT_GT(pid, 0);
  for (int i = 0; i < 3; ++i) {
    kill(pid, SIGUSR1);  // makes it write to its log
    EXPECT_TRUE(is_up());
  }
  kill(pid, SIGTERM);
  wait_until("the server has ended", [&] { return !is_up(); });
}

TEST_F(Signals, AskingTwiceToStopIsAskingOnce) {
  Session client = session();
  server.process().signal(SIGTERM);
  client.expect("draining");  // the first one was taken
  server.process().signal(SIGINT);
  server.process().wait_for_output("stopping already");
  server.process().signal(SIGHUP);
  EXPECT_EQ(client.read_to_end().code, 1012);
  client.ws().send_close(1012);
  client.ws().socket().close();
  http.close();
  EXPECT_EQ(server.process().wait(), 0);
}

struct KeysFile {
  KeysFile() { write("first"); }
  // In place with a rename, as docs/operations.md says.
  void write(const std::string& word) {
    const std::string fresh = path() + ".new";
    std::ofstream(fresh) << "tests:service-key-of-the-signal-test-" << word << ":audit:read\n";
    std::filesystem::permissions(fresh, std::filesystem::perms(0600));
    std::filesystem::rename(fresh, path());
  }
  std::string path() const { return (folder.path() / "keys").string(); }
  TempFolder folder;
};

struct HangupWithKeys : KeysFile, ServerTest {
  HangupWithKeys() : ServerTest({"--access-service-keys-file", path()}) {}
};

TEST_F(HangupWithKeys, PutsNewKeysIntoUseAtOnce) {
  write("second");
  server.process().signal(SIGHUP);
  server.process().wait_for_output("asked to reload");
  const auto status = [&](const std::string& word) {
    return http
        .send({.target = "/v1/events",
               .headers = {{"authorization", "Bearer service-key-of-the-signal-test-" + word}}})
        .status;
  };
  EXPECT_EQ(status("second"), 200);
  EXPECT_EQ(status("first"), 401);
}

struct SettingsFile {
  explicit SettingsFile(const std::string& text) { write(text); }
  void write(const std::string& text) const { std::ofstream(path()) << text; }
  std::string path() const { return (folder.path() / "courtside.toml").string(); }
  TempFolder folder;
};

struct HangupWithSettings : SettingsFile, ServerTest {
  HangupWithSettings()
      : SettingsFile("[limits]\nheaders = 64\n"), ServerTest({"--config", path()}) {}

  int status_with_headers(int count) {
    HttpRequest request{.target = "/health"};
    for (int i = 0; i < count; ++i) request.headers.emplace_back("x-" + std::to_string(i), "y");
    return HttpClient(port()).send(request).status;
  }
};

TEST_F(HangupWithSettings, TakesOverWhatItCanAndNamesTheRest) {
  EXPECT_EQ(status_with_headers(20), 200);
  write(
      "shards = 2\nallowed_origins = ['https://play.example']\n[limits]\nheaders = 16\n"
      "[log]\nlevel = 'debug'\n");
  server.process().signal(SIGHUP);
  server.process().wait_for_output("changed settings: allowed_origins, log.level, limits.headers");
  server.process().wait_for_output("changed, but read at the start only: shards; SIGUSR2");
  EXPECT_EQ(status_with_headers(20), 431);
  const auto status_of_page = [&](const std::string& origin) {
    return http.send({.target = "/v1/events", .headers = {{"origin", origin}}}).status;
  };
  EXPECT_EQ(status_of_page("https://play.example"), 200);
  EXPECT_EQ(status_of_page("https://other.example"), 403);
}

TEST_F(HangupWithSettings, LimitsWhoConnectsLater) {
  write("[limits]\nconnections_per_address = 1\n");
  server.process().signal(SIGHUP);
  server.process().wait_for_output("changed settings: limits.connections_per_address");
  HttpClient first(port());
  EXPECT_EQ(first.get("/health").status, 200);
  EXPECT_EQ(HttpClient(port()).get("/health").status, 429);
}

TEST_F(HangupWithSettings, KeepsTheSettingsWhenTheNewOnesAreBad) {
  write("trusted_proxies = ['10.0.0.0/8']\n[limits]\nheaders = 'many'\n");
  server.process().signal(SIGHUP);
  server.process().wait_for_output("the settings stay");
  EXPECT_NE(server.process().output().find("courtside.toml:3: limits.headers"), std::string::npos);
  EXPECT_EQ(status_with_headers(20), 200);
  write("[limits]\nheaders = 64\n");
  server.process().signal(SIGHUP);
  server.process().wait_for_output("no setting has changed");
}

// A database that takes the connection and says nothing: the start waits for it.
class SilentDatabase {
 public:
  SilentDatabase() {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    if (bind(listener_, generic, size) != 0 || listen(listener_, 8) != 0 ||
        getsockname(listener_, generic, &size) != 0) {
      give_up("cannot listen");
    }
    port_ = ntohs(address.sin_port);
  }
  ~SilentDatabase() { hang_up(); }

  std::string url() const { return "postgresql://127.0.0.1:" + std::to_string(port_) + "/x"; }
  void wait_for_caller() {
    pollfd wanted{listener_, POLLIN, 0};
    if (poll(&wanted, 1, Deadline().remaining_ms()) == 1) caller_ = accept(listener_, nullptr, {});
    if (caller_ < 0) give_up("nobody calls the database");
  }
  // On who has called, and on everybody later.
  void hang_up() {
    if (caller_ >= 0) close(std::exchange(caller_, -1));
    if (listener_ >= 0) close(std::exchange(listener_, -1));
  }

 private:
  int listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  std::uint16_t port_ = 0;
  int caller_ = -1;
};

TEST(SignalsDuringTheStart, StopTheServerAsSoonAsItHasStarted) {
  SilentDatabase database;
  TempFolder folder;
  Process server({courtside_binary(), "serve", "--listen", "127.0.0.1:0", "--data",
                  (folder.path() / "log").string(), "--database-url", database.url(),
                  "--database-query-timeout", "1m"});
  database.wait_for_caller();
  server.signal(SIGHUP);
  server.wait_for_output("will reload as soon as the start is over");
  server.signal(SIGTERM);
  server.wait_for_output("stopping as soon as the start is over");
  database.hang_up();
  EXPECT_EQ(server.wait(), 0) << server.whole_output();
  EXPECT_NE(server.whole_output().find("asked to reload: files of keys were read"),
            std::string::npos);
}

}  // namespace
}  // namespace courtside::e2e
