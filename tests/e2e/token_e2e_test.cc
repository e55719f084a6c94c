// Goal: a running server accepts exactly the valid tokens: a revoked token never becomes valid
// again, across restarts, retention and a restore; unusual but valid forms are accepted; and a
// malformed credential is an error, not an anonymous caller.
#include <filesystem>
#include <fstream>

#include "tests/e2e/support/server_test.h"
#include "tests/e2e/support/signed_token.h"

namespace courtside::e2e {
namespace {

namespace fs = std::filesystem;

constexpr const char* kSecret = "0123456789abcdef0123456789abcdef";
constexpr const char* kServiceKey = "fedcba9876543210fedcba9876543210";
constexpr std::int64_t kHour = 3600;

// A file of service keys that is readable only by its owner.
fs::path keys_file(const fs::path& folder) {
  const fs::path file = folder / "keys";
  std::ofstream(file) << "backend:" << kServiceKey << "\n";
  fs::permissions(file, fs::perms::owner_read | fs::perms::owner_write);
  return file;
}

// Claims of an account that may read everything, metrics included.
std::string claims_of_admin() {
  std::string claims = claims_of("9", 0, kHour);
  return claims.replace(claims.find("USER"), 4, "BMSP_SUPER_ADMIN");
}

class Tokens : public ServerTest {
 protected:
  explicit Tokens(std::vector<std::string> flags = {})
      : ServerTest(with_access(std::move(flags))) {}

  static std::vector<std::string> with_access(std::vector<std::string> flags) {
    static const TempFolder folder;
    flags.insert(flags.end(), {"--access-jwt-secret", kSecret, "--access-service-keys-file",
                               keys_file(folder.path()).string(), "--access-jwt-leeway", "2s"});
    return flags;
  }

  static std::string token(const std::string& account, std::int64_t made_s = 0) {
    return signed_token(kSecret, claims_of(account, made_s, kHour));
  }
  int status_of(const std::string& authorization, const std::string& account = "42") {
    HttpClient client(server.port());
    return client
        .send({.target = "/v1/events?channel=user:" + account,
               .headers = {{"Authorization", authorization}}})
        .status;
  }
  int status_of_token(const std::string& text, const std::string& account = "42") {
    return status_of("Bearer " + text, account);
  }

  void append_as_backend(const std::vector<Draft>& drafts) {
    HttpClient backend(server.port(), {{"Authorization", "Bearer " + std::string(kServiceKey)}});
    append(backend, drafts);
    backend.close();
  }
  void revoke(const std::string& account) {
    append_as_backend({{.id = "revoke-" + account,
                        .type = "session.revoked",
                        .subject = "account:" + account,
                        .data = R"({"accountId":")" + account + R"("})"}});
  }
  // The result of a `hello` with this member: the close code, or the actor.
  std::string by_hello(const std::string& member) {
    Session session = Session::silent(port());
    session.say(R"({"type":"hello")" + member + "}");
    const Incoming answer = session.ws().receive();
    if (answer.kind == Incoming::Kind::kClose) return std::to_string(answer.close_code);
    return Json::parse(answer.payload)["actor"].text();
  }
};

// ---------------------------------------------------------------------------------------------
// Revocation.

TEST_F(Tokens, ThatWereRevokedStaySoOverRestarts) {
  const std::string old = token("42", -3 * kHour);
  const std::string other = token("43", -3 * kHour);
  ASSERT_EQ(status_of_token(old), 200);
  revoke("42");
  EXPECT_EQ(status_of_token(old), 401);
  ASSERT_EQ(stop_server(), 0);
  server.start();
  EXPECT_EQ(status_of_token(old), 401);
  server.kill_and_start();
  EXPECT_EQ(status_of_token(old), 401);
  EXPECT_EQ(status_of_token(other, "43"), 200);
  wait_until("a new token is good", [&] { return status_of_token(token("42")) == 200; });
}

TEST_F(Tokens, ThatWereRevokedOrMayHaveBeenStaySoInARestoredLog) {
  const std::string old = token("42", -60);
  const std::string later = token("43", -60);
  revoke("42");
  const TempFolder folder;
  const std::string backup = (folder.path() / "backup").string();
  ASSERT_EQ(run_courtside({"backup", "--data", server.data().string(), backup}).substr(0, 3),
            "0: ");
  revoke("43");  // revoked after the backup
  ASSERT_EQ(stop_server(), 0);
  const std::string data = (folder.path() / "data").string();
  ASSERT_EQ(run_courtside({"restore", backup, "--data", data}).substr(0, 3), "0: ");
  // The last --data flag counts, so this overrides the fixture's folder.
  server.set_flags(with_access({"--data", data}));
  server.start();
  EXPECT_EQ(status_of_token(old), 401);
  EXPECT_EQ(status_of_token(later, "43"), 401);
  EXPECT_EQ(status_of_token(token("44"), "44"), 200);
}

// If the log may have continued elsewhere, so may revocations.
TEST_F(Tokens, ThatAreOlderThanTheCopyOfAFolderAreRefusedThere) {
  const std::string old = token("43", -60);
  append_as_backend({{.id = "1"}});
  ASSERT_EQ(status_of_token(old, "43"), 200);
  ASSERT_EQ(stop_server(), 0);
  const TempFolder folder;
  const std::string data = (folder.path() / "data").string();
  fs::copy(server.data(), data, fs::copy_options::recursive);
  server.set_flags(with_access({"--data", data}));
  server.start();
  server.process().wait_for_output("refuses every token that was made before now");
  EXPECT_EQ(status_of_token(old, "43"), 401);
  EXPECT_EQ(status_of_token(token("44"), "44"), 200);
}

class ShortRetention : public Tokens {
 protected:
  ShortRetention() : Tokens({"--retention-bytes", "1MiB"}) {}
};

TEST_F(ShortRetention, WhatItDroppedStaysRevoked) {
  const std::string old = token("42", -60);
  const std::string other = token("43", -60);
  revoke("42");
  const std::string padding = R"({"body":")" + std::string(100'000, 'x') + R"("})";
  HttpClient admin(port(),
                   {{"Authorization", "Bearer " + signed_token(kSecret, claims_of_admin())}});
  const auto first_held = [&] { return metric(admin, "courtside_first_offset").value_or(0); };
  for (int i = 0; i < 30; ++i) append_as_backend({{.id = std::to_string(i), .data = padding}});
  wait_until("retention takes the revocation", [&] { return first_held() > 1; });
  admin.close();
  ASSERT_EQ(stop_server(), 0);
  server.start();
  EXPECT_EQ(status_of_token(old), 401);
  EXPECT_EQ(status_of_token(other, "43"), 200);
}

TEST_F(Tokens, AreRevokedAlsoByAnIssuerWhoseClockIsAhead) {
  const std::string ahead = token("42", 2);
  ASSERT_EQ(status_of_token(ahead), 200);
  revoke("42");
  EXPECT_EQ(status_of_token(ahead), 401);
  EXPECT_EQ(status_of_token(token("42", 60)), 401) << "made in the future";
  EXPECT_EQ(status_of_token(token("43", 60), "43"), 401);
}

// A revoked token was valid once, so it is not a guess.
class FewFailures : public Tokens {
 protected:
  FewFailures() : Tokens({"--limits-failed-logins-per-minute", "5"}) {}
};

TEST_F(FewFailures, ARevokedAccountLocksOutNobody) {
  const std::string old = token("42", -60);
  const std::string over = signed_token(kSecret, claims_of("42", -60, -30));
  revoke("42");
  for (int i = 0; i < 40; ++i) ASSERT_EQ(status_of_token(i % 2 == 0 ? old : over), 401) << i;
  EXPECT_EQ(status_of_token("not.a.token"), 401) << "the first failed log-in";
}

TEST_F(FewFailures, BadTokensLockOutNoGoodOne) {
  for (int i = 0; i < 32; ++i) status_of_token("not.a.token");
  EXPECT_EQ(status_of_token("not.a.token"), 429);
  EXPECT_EQ(status_of_token(token("43"), "43"), 200);
  EXPECT_EQ(by_hello(R"(,"token":")" + token("43") + R"(")"), "43");
  EXPECT_EQ(by_hello(R"(,"token":"not.a.token")"), "4429");
  append_as_backend({{.id = "1"}});
  const fs::path backup = server.data() / "../backup-of-good";
  EXPECT_EQ(
      run_courtside({"backup", "--data", server.data().string(), backup.string()}).substr(0, 3),
      "0: ");
  fs::remove_all(backup);
}

// ---------------------------------------------------------------------------------------------
// Forms.

TEST_F(Tokens, OfEveryRightFormAreGood) {
  const std::string now = std::to_string(now_s());
  const auto claims = [](const std::string& iat, const std::string& exp) {
    return R"({"sub":"42","type":"ACCESS","userRole":"USER","iat":)" + iat + R"(,"exp":)" + exp +
           "}";
  };
  const std::string exp = std::to_string(now_s() + kHour);
  EXPECT_EQ(status_of_token(signed_token(kSecret, claims(now + ".25", exp + ".75"))), 200);
  EXPECT_EQ(status_of_token(signed_token(kSecret, claims(now + ".0", "2.0e9"))), 200);
  EXPECT_EQ(status_of_token(signed_token(kSecret, claims(now, exp),
                                         R"({"alg":"HS256","typ":"JWT","kid":"2026-11"})")),
            200);
  const std::string good = token("42");
  for (const char* scheme : {"Bearer ", "Bearer  ", "bearer    ", "BEARER ", "bEaReR  "}) {
    EXPECT_EQ(status_of(scheme + good), 200) << scheme;
  }
}

TEST_F(Tokens, ThatAreNoneAreRefused) {
  for (const char* header : {"", "Bearer", "Bearer ", "Bearer   ", "Basic NDI6", "Bearer\tx"}) {
    EXPECT_EQ(status_of(header), 401) << header;
  }
  EXPECT_EQ(status_of("Bearer" + token("42")), 401);
  HttpClient twice(port());
  EXPECT_EQ(twice
                .send({.target = "/v1/events?channel=user:42",
                       .headers = {{"Authorization", "Bearer " + token("42")},
                                   {"Authorization", "Bearer " + token("43")}}})
                .status,
            401);
  EXPECT_EQ(by_hello(R"(,"token":"")"), "4401");
  EXPECT_EQ(by_hello(R"(,"token":null)"), "anonymous");
  EXPECT_EQ(by_hello(""), "anonymous");
  const auto offered = [&](const std::string& entry) {
    return WsClient(port(), {.subprotocols = {"courtside.v1.json", entry}}).handshake().status;
  };
  EXPECT_EQ(offered("bearer."), 401);
  EXPECT_EQ(offered("bearer." + token("42")), 101);
  Session session(port(), {.headers = {{"Authorization", "Bearer " + token("42")}}});
  session.say(R"({"type":"refresh","id":1,"token":""})");
  session.expect_error("bad_request");
}

TEST_F(Tokens, HaveNoPlaceInAQuery) {
  const std::string good = token("42");
  const auto upgrade = [&](const std::string& query, const std::string& subprotocol) {
    return WsClient(port(), {.path = "/v1/ws?" + query, .subprotocols = {subprotocol}})
        .handshake()
        .status;
  };
  for (const char* protocol :
       {"courtside.v1.json", "courtside.v1.flatbuffers", "cloudevents.json"}) {
    EXPECT_EQ(upgrade("token=" + good, protocol), 400) << protocol;
    EXPECT_EQ(upgrade("access_token=" + good, protocol), 400) << protocol;
    EXPECT_EQ(upgrade("colour=red", protocol), 400) << protocol;
  }
  EXPECT_EQ(upgrade("channel=user:42", "courtside.v1.json"), 400);
  HttpClient client(port(), {{"Authorization", "Bearer " + good}});
  for (const char* path : {"/v1/events", "/v1/events/e:1", "/v1/subjects/a:b", "/v1/outbox",
                           "/v1/venues/v/calendar", "/v1/users/42/notifications"}) {
    const HttpResponse answer = client.get(std::string(path) + "?token=x");
    EXPECT_EQ(answer.status, 400) << path;
    EXPECT_NE(answer.body.find("a token has no place in a query"), std::string::npos) << path;
  }
}

TEST_F(Tokens, ARefusedSubscribeNamesTheChannelAlsoWithoutOne) {
  Session nobody(port());
  nobody.say(subscribe_message({.channels = {"availability:v", "user:42"}}));
  const Json refused = nobody.expect_error("unauthorized");
  EXPECT_EQ(refused["details"]["channel"].text(), "user:42");
  EXPECT_EQ(refused["message"].text(), "reading `user:42` takes a token");
}

// ---------------------------------------------------------------------------------------------
// Configuration.

// The exit status of `serve` and its output.
std::string start_with(const std::vector<std::string>& flags,
                       const std::vector<std::string>& environment = {}) {
  const TempFolder data;
  std::vector<std::string> command = {courtside_binary(), "serve",  "--listen",
                                      "127.0.0.1:0",      "--data", data.path().string()};
  command.insert(command.end(), flags.begin(), flags.end());
  Process process(command, environment);
  const int status = process.wait();
  return std::to_string(status) + ": " + process.whole_output();
}

TEST(TokenSettings, ThatProtectNothingAreRefused) {
  const TempFolder folder;
  const fs::path keys = keys_file(folder.path());
  EXPECT_EQ(start_with({}, {"JWT_SECRET="}).substr(0, 4), "78: ");
  EXPECT_EQ(start_with({}, {"JWT_SECRET=short"}).substr(0, 4), "78: ");
  EXPECT_EQ(start_with({}, {"COURTSIDE_ACCESS_JWT_SECRET="}).substr(0, 4), "78: ");
  EXPECT_EQ(start_with({"--access-jwt-secret", "short"}).substr(0, 4), "78: ");
  EXPECT_EQ(start_with({"--access-service-keys-file", ""}).substr(0, 4), "78: ");
  fs::permissions(keys, fs::perms::group_read | fs::perms::others_read, fs::perm_options::add);
  const std::string open = start_with({"--access-service-keys-file", keys.string()});
  EXPECT_EQ(open.substr(0, 4), "78: ");
  EXPECT_NE(open.find("chmod 600 it"), std::string::npos) << open;
  const fs::path empty = folder.path() / "empty";
  std::ofstream(empty) << "# none yet\n";
  fs::permissions(empty, fs::perms::owner_read);
  EXPECT_EQ(start_with({"--access-service-keys-file", empty.string()}).substr(0, 4), "78: ");
}

TEST(TokenSettings, AServerWithoutAccessControlSaysSo) {
  ServerProcess open;
  EXPECT_NE(open.process().output().find("access control is off"), std::string::npos);
  EXPECT_EQ(open.terminate(), 0);
}

TEST(TokenSettings, ASecretInAFileThatOthersMayReadIsWarnedAbout) {
  const TempFolder folder;
  const fs::path file = folder.path() / "courtside.toml";
  std::ofstream(file) << "[access]\njwt_secret = '" << kSecret << "'\n";
  fs::permissions(file, fs::perms::others_read, fs::perm_options::add);
  const std::string warning = "others than its owner may read access.jwt_secret; chmod 600 it";
  {
    ServerProcess open({"--config", file.string()});
    EXPECT_NE(open.process().output().find(warning), std::string::npos);
    EXPECT_EQ(open.terminate(), 0);
  }
  fs::permissions(file, fs::perms::owner_read | fs::perms::owner_write);  // chmod 600
  ServerProcess closed({"--config", file.string()});
  EXPECT_EQ(closed.process().output().find(warning), std::string::npos);
  EXPECT_EQ(closed.terminate(), 0);
}

TEST_F(Tokens, AServerWithAccessControlDoesNotSayThatItIsOff) {
  EXPECT_EQ(server.process().output().find("access control is off"), std::string::npos);
}

}  // namespace
}  // namespace courtside::e2e
