// Goal: every command reaches a server behind TLS, a path prefix and a proxy, and never sends its
// credential to a server with an invalid certificate or to a redirect's target.
#include <signal.h>

#include <filesystem>
#include <fstream>

#include "tests/e2e/operations/support/ran.h"
#include "tests/e2e/operations/support/tls_proxy.h"
#include "tests/e2e/support/server_test.h"

namespace courtside::e2e {
namespace {

constexpr const char* kKey = "service-key-of-the-remote-test-0123456789";

std::string in_file(const std::filesystem::path& file, const std::string& text) {
  std::ofstream(file) << text;
  std::filesystem::permissions(file, std::filesystem::perms(0600));
  return file;
}

struct KeysFolder {
  TempFolder folder;
  std::string at(const std::string& name) const { return (folder.path() / name).string(); }
  std::string keys = in_file(at("keys"), std::string("tests:") + kKey +
                                             ":event:publish,audit:read,notification:read_any\n");
  std::string token = in_file(at("token"), std::string(kKey) + "\n");
};

// A server with access control, behind a proxy with several ports.
struct Remote : KeysFolder, ServerTest {
  enum Face : std::size_t {
    kGood,
    kPrefix,
    kForwards,
    kRedirects,
    kOtherName,
    kExpired,
    kSelfSigned,
    kNamed,
    kNoUpgrade,
    kOtherSite,
    kAlone,
    kBroken
  };

  Remote()
      : ServerTest({"--access-service-keys-file", keys}),
        authority(folder.path()),
        good(authority.issue("good", "IP:127.0.0.1")),
        proxy(folder.path(), server.port(),
              {{.certificate = good},
               {.certificate = good,
                .rules = {"http-request deny deny_status 404 unless { path_beg /live/ }",
                          "http-request replace-path /live(/.*) \\1"}},
               {.certificate = {},
                .rules = {"http-request redirect location https://elsewhere.test/live%[pathq]"}},
               {.certificate = good,
                .rules = {"http-request redirect code 307 location /live%[pathq]"}},
               {.certificate = authority.issue("other", "DNS:other.test")},
               {.certificate = authority.issue("expired", "IP:127.0.0.1", -1)},
               {.certificate = authority.self_signed("self", "IP:127.0.0.1")},
               {.certificate = authority.issue("named", "DNS:courtside.test")},
               {.certificate = good,
                .rules = {"http-request del-header upgrade", "http-request del-header connection"}},
               {.certificate = good,
                .rules = {"http-request return status 200 content-type text/html string hello"}},
               {.certificate = good, .rules = {"http-request deny deny_status 502"}},
               {.certificate = good,
                .rules = {"http-request return status 521 content-type text/html string down"}}}) {}

  std::string url(Face face, const std::string& scheme = "https") const {
    return scheme + "://127.0.0.1:" + std::to_string(proxy.port(face));
  }

  Ran run(std::vector<std::string> arguments, const std::vector<std::string>& environment) const {
    arguments.insert(arguments.begin(), courtside_binary());
    Process process(arguments, environment, folder.path());
    const int status = process.wait();
    return {status, process.whole_output()};
  }
  // Runs a command with the credential and the authority set in the environment.
  Ran run(std::vector<std::string> arguments, const std::string& at_url) const {
    return run(std::move(arguments),
               std::vector<std::string>{"COURTSIDE_URL=" + at_url, "COURTSIDE_TOKEN_FILE=" + token,
                                        "COURTSIDE_CA_FILE=" + authority.ca_file()});
  }

  Authority authority;
  std::string good;
  TlsProxy proxy;
};

TEST_F(Remote, EveryCommandWorksOverTls) {
  const std::string where = url(kGood);
  const Ran published =
      run({"publish", "--type", "booking.created", "--subject", "booking:b_1", "--id", "e1",
           "--data", R"({"bookingId":"b_1","accountId":"42","venueId":"7"})"},
          where);
  EXPECT_EQ(published.status, 0) << published.output;
  const std::vector<std::vector<std::string>> found = {
      {"tail", "user:42", "--earliest", "--no-follow"},
      {"history", "--subject", "booking:b_1"},
      {"log", "booking:b_1"},
      {"state", "booking:b_1"},
      {"export", "-"},
      {"export", "all.ndjson.gz"}};
  for (const auto& command : found) {
    const Ran ran = run(command, where);
    EXPECT_EQ(ran.status, 0) << command[0] << ": " << ran.output;
  }
  const Ran resumed = run({"export", "all.ndjson.gz", "--resume"}, where);
  EXPECT_TRUE(resumed.says("is complete")) << resumed.output;
  // An empty result exits with 1, not 69.
  for (const std::vector<std::string>& command :
       {std::vector<std::string>{"calendar", "7"}, {"notifications", "42"}, {"outbox", "status"}}) {
    const Ran ran = run(command, where);
    EXPECT_EQ(ran.status, 1) << command[0] << ": " << ran.output;
  }
  // A backup runs on the server's machine and connects to it without a proxy.
  const Ran backup = run(
      {"backup", "--data", server.data().string(), at("backup")},
      std::vector<std::string>{"http_proxy=http://127.0.0.1:1", "https_proxy=http://127.0.0.1:1"});
  EXPECT_EQ(backup.status, 0) << backup.output;
}

TEST_F(Remote, APathPrefixIsPartOfTheAddress) {
  for (const char* end : {"", "/"}) {
    const std::string where = url(kPrefix) + "/live" + end;
    const Ran published = run({"publish", "--type", "a.b", "--subject", "a:1"}, where);
    EXPECT_EQ(published.status, 0) << published.output;
    EXPECT_EQ(run({"history"}, where).status, 0);
    EXPECT_EQ(run({"tail", "--earliest", "--no-follow"}, where).status, 0);
  }
  // Without the prefix a proxy answers 404, which must not look like an empty log.
  for (const std::vector<std::string>& command :
       {std::vector<std::string>{"history"},
        {"state", "a:1"},
        {"log", "a:1"},
        {"calendar", "7"},
        {"export", "-"},
        {"outbox", "status"},
        {"tail"},
        {"publish", "--type", "a.b", "--subject", "a:1"}}) {
    const Ran ran = run(command, url(kPrefix));
    EXPECT_EQ(ran.status, 69) << command[0] << ": " << ran.output;
    EXPECT_TRUE(ran.says("courtside: " + url(kPrefix) +
                         ": this is not a Courtside server (404 text/html); check `--url` and "
                         "the proxy"))
        << command[0] << ": " << ran.output;
  }
}

TEST_F(Remote, AProxyThatIsSetUpWronglyIsNamed) {
  const Ran tail = run({"tail"}, url(kNoUpgrade));
  EXPECT_EQ(tail.status, 69) << tail.output;
  EXPECT_EQ(tail.output, "courtside: " + url(kNoUpgrade) +
                             ": the proxy does not pass WebSocket on, see docs/proxies.md\n");
  for (const char* command : {"history", "tail"}) {
    const Ran other = run({command}, url(kOtherSite));
    EXPECT_EQ(other.status, 69) << other.output;
    EXPECT_TRUE(other.says("this is not a Courtside server (200 text/html)")) << other.output;
  }
  const Ran alone = run({"history"}, url(kAlone));
  EXPECT_EQ(alone.status, 69) << alone.output;
  EXPECT_TRUE(alone.says(": the proxy answers 502: it does not reach a Courtside server"))
      << alone.output;
  const Ran broken = run({"history"}, url(kBroken));
  EXPECT_EQ(broken.status, 69) << broken.output;
  EXPECT_TRUE(broken.says(": the proxy answers 521")) << "it may pass: " << broken.output;
}

TEST_F(Remote, AnExportIsResumedOverTls) {
  HttpClient service(port(), {{"authorization", std::string("Bearer ") + kKey}});
  for (int batch = 0; batch < 40; ++batch) {
    std::vector<Draft> drafts;
    for (int i = 0; i < 100; ++i) {
      drafts.push_back({.id = std::to_string(batch) + "-" + std::to_string(i),
                        .data = json_string(std::string(4000, 'x'))});
    }
    append(service, drafts);
  }
  service.close();
  const std::vector<std::string> whole = {"export", "whole.ndjson", "--type", "test.happened"};
  ASSERT_EQ(run(whole, url(kGood)).status, 0);
  // Killed as soon as it has saved its state.
  Process killed({courtside_binary(), "export", "part.ndjson", "--type", "test.happened", "--url",
                  url(kGood), "--token-file", token, "--ca-file", authority.ca_file()},
                 {}, folder.path());
  wait_until("the export has begun", [&] {
    return std::filesystem::exists(at("part.ndjson.partial.state")) || killed.output_ended();
  });
  killed.signal(SIGKILL);
  killed.wait();
  const Ran resumed = run({"export", "part.ndjson", "--resume"}, url(kGood));
  EXPECT_EQ(resumed.status, 0) << resumed.output;
  Process compared({"/usr/bin/cmp", at("whole.ndjson"), at("part.ndjson")});
  EXPECT_EQ(compared.wait(), 0) << compared.whole_output();
}

// Each with a command over HTTP and one over WebSocket; the server must not receive the request.
TEST_F(Remote, ACertificateThatDoesNotHoldIsRefused) {
  const struct {
    Face face;
    const char* why;
  } cases[] = {{kOtherName, "no alternative certificate subject name matches"},
               {kExpired, "certificate has expired"},
               {kSelfSigned, "self-signed certificate"}};
  for (const auto& each : cases) {
    for (const std::vector<std::string>& command :
         {std::vector<std::string>{"history"},
          {"tail"},
          {"publish", "--type", "a.b", "--subject", "a:1"}}) {
      const Ran ran = run(command, url(each.face));
      EXPECT_EQ(ran.status, 69) << ran.output;
      EXPECT_TRUE(ran.says(each.why)) << ran.output;
      EXPECT_FALSE(ran.says("trying again")) << ran.output;
    }
  }
}

// The remedy that the message names, from the user's situation.
TEST_F(Remote, AnAuthorityOfOnesOwnIsNamedWithCaFile) {
  const std::vector<std::string> nothing = {"COURTSIDE_TOKEN_FILE=" + token};
  const Ran refused = run({"history", "--url", url(kGood)}, nothing);
  EXPECT_EQ(refused.status, 69) << refused.output;
  EXPECT_TRUE(refused.says("--ca-file")) << refused.output;
  const Ran taken =
      run({"history", "--url", url(kGood), "--ca-file", authority.ca_file()}, nothing);
  EXPECT_EQ(taken.status, 1) << taken.output;  // the log is empty
}

TEST_F(Remote, ARedirectIsNamedAndNotFollowed) {
  const Ran away = run({"history"}, url(kForwards, "http"));
  EXPECT_EQ(away.status, 69) << away.output;
  EXPECT_TRUE(away.says("use --url https://elsewhere.test/live")) << away.output;
  const Ran relative = run({"tail"}, url(kRedirects));
  EXPECT_EQ(relative.status, 69) << relative.output;
  EXPECT_TRUE(relative.says("use --url " + url(kRedirects) + "/live")) << relative.output;
  EXPECT_FALSE(relative.says("trying again")) << relative.output;
}

TEST_F(Remote, ProxiesOfTheEnvironmentAreUsed) {
  ConnectProxy out;
  const std::string where =
      "https://courtside.test:" + std::to_string(proxy.port(kNamed));  // a name for the proxy only
  const std::vector<std::string> environment = {
      "COURTSIDE_URL=" + where, "COURTSIDE_TOKEN_FILE=" + token,
      "COURTSIDE_CA_FILE=" + authority.ca_file(),
      "https_proxy=http://127.0.0.1:" + std::to_string(out.port())};
  const Ran published = run({"publish", "--type", "a.b", "--subject", "a:1"}, environment);
  EXPECT_EQ(published.status, 0) << published.output;
  EXPECT_EQ(run({"history"}, environment).status, 0);
  EXPECT_EQ(out.connections(), 2);
}

TEST_F(Remote, TheCredentialIsReadFromAFile) {
  const auto history = [&](std::vector<std::string> more, std::vector<std::string> environment) {
    std::vector<std::string> arguments = {"history", "--type", "a.b", "--url",
                                          "http://127.0.0.1:" + std::to_string(port())};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run(arguments, environment);
  };
  EXPECT_EQ(history({}, {}).status, 77);
  // 1: there are no events of this type.
  EXPECT_EQ(history({"--token-file", token}, {}).status, 1);
  EXPECT_EQ(history({"--token-file", token}, {"COURTSIDE_TOKEN=wrong"}).status, 1);
  EXPECT_EQ(history({}, {"COURTSIDE_TOKEN_FILE=" + token}).status, 1);
  EXPECT_EQ(history({"--token", kKey}, {"COURTSIDE_TOKEN_FILE=/nowhere"}).status, 1);
  EXPECT_EQ(history({"--token-file", at("nowhere")}, {}).status, 66);
  in_file(at("empty"), "\n");
  EXPECT_EQ(history({"--token-file", at("empty")}, {}).status, 66);
  EXPECT_EQ(history({"--token-file", token, "--token", kKey}, {}).status, 64);
  // They can be opened but not read: a folder, and memory at an unmapped address.
  for (const std::string& unreadable : {folder.path().string(), std::string("/proc/self/mem")}) {
    const Ran ran = history({"--token-file", unreadable}, {});
    EXPECT_EQ(ran.status, 66) << ran.output;
    EXPECT_TRUE(ran.says("courtside: " + unreadable + " cannot be read: ")) << ran.output;
  }
  in_file(at("long"), std::string((64 << 10) + 1, 'x'));
  EXPECT_EQ(history({"--token-file", at("long")}, {}).status, 66);
  EXPECT_EQ(history({"--token-file", "/dev/zero"}, {}).status, 66);
  // The result of a failed command substitution.
  EXPECT_EQ(history({"--token", ""}, {}).status, 64);
}

// A line break would add a header line to the request.
TEST_F(Remote, ATokenIsOneWord) {
  const auto history = [&](const std::string& given) {
    return run({"history", "--type", "a.b", "--url", "http://127.0.0.1:" + std::to_string(port())},
               std::vector<std::string>{"COURTSIDE_TOKEN=" + given});
  };
  EXPECT_EQ(history(std::string(kKey) + "\n").status, 1);
  EXPECT_EQ(history(std::string(kKey) + "\r\n").status, 1);
  for (const char* inner : {"\r\nX-Other: 1", "\n1", " 1", "\t1", "\x7f"}) {
    const Ran ran = history(kKey + std::string(inner));
    EXPECT_EQ(ran.status, 64) << ran.output;
    EXPECT_TRUE(ran.says("has a space or a control character in it")) << ran.output;
  }
}

TEST_F(Remote, AFileOfAuthoritiesThatIsMissingIsNamed) {
  const Ran ran = run({"history", "--ca-file", "/nowhere.pem"}, url(kGood));
  EXPECT_EQ(ran.status, 66) << ran.output;
  EXPECT_TRUE(ran.says("/nowhere.pem cannot be read: No such file")) << ran.output;
}

TEST_F(Remote, WhatIsNoAddressIsRefused) {
  for (const char* wrong :
       {"ftp://127.0.0.1", "https://", "https://user:word@127.0.0.1", "http://:word@127.0.0.1",
        "http://@127.0.0.1", "127.0.0.1@127.0.0.1", "http://127.0.0.1:8080/?a=b",
        "http://127.0.0.1:99999", "not an address"}) {
    EXPECT_EQ(run({"history", "--url", wrong}, std::vector<std::string>{}).status, 64) << wrong;
  }
  // A server that does not speak TLS.
  const Ran plain = run({"history"}, "https://127.0.0.1:" + std::to_string(port()));
  EXPECT_EQ(plain.status, 69) << plain.output;
  EXPECT_EQ(run({"bench", "idle"}, url(kGood)).status, 64);
}

}  // namespace
}  // namespace courtside::e2e
