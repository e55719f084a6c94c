// Goal: a server with a certificate serves commands and other clients over TLS without a proxy, and
// a new certificate replaces the old one without a lost connection.
#include <gmock/gmock.h>
#include <signal.h>

#include <filesystem>
#include <fstream>

#include "tests/e2e/operations/support/ran.h"
#include "tests/e2e/operations/support/tls_proxy.h"
#include "tests/e2e/support/server_test.h"

namespace courtside::e2e {
namespace {

namespace fs = std::filesystem;

constexpr const char* kServiceKey = "service-key-of-the-tls-test-0123456789";

struct TlsFolder {
  TlsFolder() : authority(folder.path()) {
    std::ofstream(at("keys")) << "tests:" << kServiceKey << ":event:publish,audit:read\n";
    fs::permissions(at("keys"), fs::perms(0600));
    install("first", "IP:127.0.0.1");
  }
  std::string at(const std::string& name) const { return folder.path() / name; }

  // Issues a certificate and puts it where the server reads it.
  void install(const std::string& name, const std::string& names, int days = 2) const {
    authority.issue(name, names, days);
    fs::rename(at(name + ".crt"), at("server.crt"));
    fs::rename(at(name + ".key"), at("server.key"));
  }

  TempFolder folder;
  Authority authority;
};

struct Tls : TlsFolder, ServerTest {
  Tls()
      : ServerTest({"--tls-certificate-file", at("server.crt"), "--tls-key-file", at("server.key"),
                    "--access-service-keys-file", at("keys")}) {}

  std::string url() const { return "https://127.0.0.1:" + std::to_string(port()); }
  std::vector<std::string> environment() const {
    return {"COURTSIDE_URL=" + url(), std::string("COURTSIDE_TOKEN=") + kServiceKey,
            "COURTSIDE_CA_FILE=" + authority.ca_file()};
  }

  Ran run(const std::vector<std::string>& command) const {
    Process process(command, environment(), folder.path());
    const int status = process.wait();
    return {status, process.whole_output()};
  }
  Ran courtside(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), courtside_binary());
    return run(arguments);
  }
  Ran curl(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), {"/usr/bin/curl", "-sS", "--cacert", authority.ca_file()});
    return run(arguments);
  }
  Ran publish(const std::string& id) const {
    return courtside({"publish", "--type", "a.b", "--subject", "a:1", "--id", id});
  }
  std::string name_of_certificate() const {
    return run({"/bin/sh", "-c",
                "openssl s_client -connect 127.0.0.1:" + std::to_string(port()) +
                    " </dev/null 2>/dev/null | openssl x509 -noout -subject"})
        .output;
  }
};

TEST_F(Tls, ServesEveryCommand) {
  const Ran published = publish("e1");
  EXPECT_EQ(published.status, 0) << published.output;
  for (const std::vector<std::string>& command :
       {std::vector<std::string>{"history"},
        {"tail", "--earliest", "--no-follow"},
        {"log", "a:1"},
        {"export", "all.ndjson"},
        {"backup", "--data", server.data().string(), at("backup")}}) {
    const Ran ran = courtside(command);
    EXPECT_EQ(ran.status, 0) << command[0] << ": " << ran.output;
  }
}

TEST_F(Tls, SpeaksBothVersions) {
  for (const char* version : {"1.2", "1.3"}) {
    const Ran ran = curl({"--tlsv" + std::string(version), "--tls-max", version, "-w",
                          " %{http_version} %{http_code}", url() + "/health"});
    EXPECT_EQ(ran.status, 0) << ran.output;
    EXPECT_TRUE(ran.says("} 1.1 200")) << ran.output;
  }
  // Without the level, curl would refuse to try.
  const Ran old = curl({"--tls-max", "1.1", "--ciphers", "DEFAULT@SECLEVEL=0", url() + "/health"});
  EXPECT_TRUE(old.says("alert protocol version")) << old.output;
  server.process().wait_for_output("denied: tls (unsupported protocol), connection ");
}

TEST_F(Tls, TellsClientsOfPlainHttp) {
  const HttpResponse answer = http.get("/health");
  EXPECT_EQ(answer.status, 400);
  EXPECT_NE(answer.body.find("https://"), std::string::npos) << answer.body;
}

TEST_F(Tls, ANewCertificateLeavesConnectionsOpen) {
  Process tail({courtside_binary(), "tail", "--earliest", "-o", "jsonl"}, environment(),
               folder.path());
  publish("before");
  tail.wait_for_output("\"before\"");
  EXPECT_NE(name_of_certificate().find("first"), std::string::npos);
  install("second", "IP:127.0.0.1");
  server.process().wait_for_output("authorities of clients are in use");
  EXPECT_NE(name_of_certificate().find("second"), std::string::npos);
  publish("after");
  tail.wait_for_output("\"after\"");
  EXPECT_EQ(tail.output().find("trying again"), std::string::npos) << tail.output();
}

TEST_F(Tls, AskedToReloadItDoesSoAtOnce) {
  install("second", "IP:127.0.0.1");
  server.process().signal(SIGHUP);
  server.process().wait_for_output("asked to reload");
  EXPECT_NE(name_of_certificate().find("second"), std::string::npos);
}

// Story: the new key could be read by others. The log said "chmod 600 it", and after that nothing
// happened: the text of the file was the same.
TEST_F(Tls, AReloadTriesAgain) {
  authority.issue("second", "IP:127.0.0.1");
  fs::permissions(at("second.key"), fs::perms(0644));
  fs::rename(at("second.crt"), at("server.crt"));
  fs::rename(at("second.key"), at("server.key"));
  server.process().wait_for_output("chmod 600 it; the previous certificate stays");
  fs::permissions(at("server.key"), fs::perms(0600));
  server.process().signal(SIGHUP);
  server.process().wait_for_output("authorities of clients are in use");
  EXPECT_NE(name_of_certificate().find("second"), std::string::npos);
}

TEST_F(Tls, ACertificateThatIsNoGoodIsNotUsed) {
  std::ofstream(at("server.crt")) << "nonsense";
  server.process().wait_for_output(
      "the certificate: no start line; the previous certificate stays");
  EXPECT_EQ(publish("e1").status, 0);
  install("second", "IP:127.0.0.1");
  server.process().wait_for_output("authorities of clients are in use");
  EXPECT_EQ(publish("e2").status, 0);
}

struct MutualTlsFolder : TlsFolder {
  MutualTlsFolder() : other(others.path()) {
    std::ofstream(at("keys"), std::ios::app) << "billing:certificate:event:publish,audit:read\n";
    fs::copy(authority.ca_file(), at("clients.crt"));
    for (const char* name : {"billing", "stranger"})
      authority.issue(name, "DNS:" + std::string(name));
    other.issue("billing", "DNS:billing");
  }
  TempFolder others;
  Authority other;
};

struct MutualTls : MutualTlsFolder, ServerTest {
  MutualTls()
      : ServerTest({"--tls-certificate-file", at("server.crt"), "--tls-key-file", at("server.key"),
                    "--tls-client-ca-file", at("clients.crt"), "--access-service-keys-file",
                    at("keys")}) {}

  // The status of an answer to this client, or what curl says.
  std::string status(const std::vector<std::string>& flags) const {
    std::vector<std::string> command = {
        "/usr/bin/curl",
        "-sS",
        "-o",
        "/dev/null",
        "-w",
        "%{http_code}",
        "--cacert",
        authority.ca_file(),
        "https://127.0.0.1:" + std::to_string(port()) + "/v1/events"};
    command.insert(command.end(), flags.begin(), flags.end());
    Process process(command);
    process.wait();
    return process.whole_output();
  }
  static std::vector<std::string> shows(const TempFolder& from, const std::string& name) {
    return {"--cert", from.path() / (name + ".crt"), "--key", from.path() / (name + ".key")};
  }
};

TEST_F(MutualTls, ACertificateStandsForItsService) {
  EXPECT_EQ(status(shows(folder, "billing")), "200");
  EXPECT_EQ(status({}), "401");
  EXPECT_EQ(status(shows(folder, "stranger")), "401");
  EXPECT_THAT(status(shows(others, "billing")), testing::HasSubstr("alert"));
  // A credential that is sent counts instead.
  auto both = shows(folder, "stranger");
  both.insert(both.end(), {"-H", std::string("Authorization: Bearer ") + kServiceKey});
  EXPECT_EQ(status(both), "200");
  both.back() = "Authorization: Bearer nobody";
  EXPECT_EQ(status(both), "401");
}

TEST_F(MutualTls, WhoIsTakenOutOfTheFilesIsNoServiceAnyMore) {
  ASSERT_EQ(status(shows(folder, "billing")), "200");
  const std::string fresh = at("keys.new");
  std::ofstream(fresh) << "tests:" << kServiceKey << "\n";
  fs::permissions(fresh, fs::perms(0600));
  fs::rename(fresh, at("keys"));
  server.process().signal(SIGHUP);
  wait_until("the service is unknown", [&] { return status(shows(folder, "billing")) == "401"; });
  fs::copy(other.ca_file(), at("clients.new"));
  fs::rename(at("clients.new"), at("clients.crt"));
  server.process().signal(SIGHUP);
  wait_until("the authority is unknown",
             [&] { return status(shows(folder, "billing")).find("alert") != std::string::npos; });
}

TEST(TlsSettings, ThatAreWrongAreNamed) {
  const TlsFolder files;
  const auto serve = [&](const std::string& certificate, const std::string& key) {
    return run_courtside({"serve", "--listen", "127.0.0.1:0", "--data", files.at("log"),
                          "--tls-certificate-file", certificate, "--tls-key-file", key});
  };
  const auto starts = [](const std::string& output) { return output.substr(0, 4); };
  const std::string good = files.at("server.crt"), key = files.at("server.key");
  const std::string missing = serve(files.at("missing"), key);
  EXPECT_EQ(starts(missing), "78: ");
  EXPECT_NE(missing.find("missing: cannot be read: No such file"), std::string::npos) << missing;
  const std::string other = serve(good, files.at("ca.key"));
  EXPECT_EQ(starts(other), "78: ");
  EXPECT_NE(other.find("the private key: key values mismatch"), std::string::npos) << other;
  fs::permissions(key, fs::perms(0644));
  const std::string open = serve(good, key);
  EXPECT_EQ(starts(open), "78: ");
  EXPECT_NE(open.find("chmod 600"), std::string::npos) << open;
  const std::string half =
      run_courtside({"serve", "--data", files.at("log"), "--tls-certificate-file", good});
  EXPECT_EQ(starts(half), "78: ");
  EXPECT_NE(half.find("needed together"), std::string::npos) << half;
}

TEST(TlsSettings, AnExpiredCertificateIsUsedWithAWarning) {
  const TlsFolder files;
  files.install("old", "IP:127.0.0.1", -1);
  ServerProcess server(
      {"--tls-certificate-file", files.at("server.crt"), "--tls-key-file", files.at("server.key")});
  server.process().wait_for_output("the certificate has expired on");
  EXPECT_EQ(server.terminate(), 0);
}

}  // namespace
}  // namespace courtside::e2e
