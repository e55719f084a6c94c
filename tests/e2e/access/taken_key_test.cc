// Goal: when a key is removed from its file, publishes and tickets fail at once, and sessions and
// streams end at their next rights check. Keys that stay keep working.
#include <signal.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "tests/e2e/support/server_test.h"
#include "tests/e2e/support/signed_token.h"
#include "tests/engine/access/support/signer.h"

namespace courtside::e2e {
namespace {

namespace fs = std::filesystem;

const std::string kAuditorKey = "service-key-of-an-auditor-0123456789abcdef";
const std::string kBackendKey = "service-key-of-a-backend-0123456789abcdef";
const std::string kOtherService = "service-key-of-another-0123456789abcdef";

Headers bearer_of(const std::string& credential) {
  return {{"Authorization", "Bearer " + credential}};
}

// Both files, replaced by a rename.
struct KeyFiles {
  KeyFiles() {
    write("keys", "auditor:" + kAuditorKey + ":audit:read\nbackend:" + kBackendKey +
                      "\nother:" + kOtherService + ":audit:read,event:publish\n");
    write("jwks", "{\"keys\":[" + one.jwk() + "]}");
  }
  void write(const std::string& name, const std::string& text) const {
    std::ofstream(path("new")) << text;
    fs::permissions(path("new"), fs::perms(0600));
    fs::rename(path("new"), path(name));
  }
  std::string path(const std::string& name) const { return (folder.path() / name).string(); }

  const KeyPair one = KeyPair::p256();
  const KeyPair next = KeyPair::p256();
  TempFolder folder;
};

class TakenKeys : public KeyFiles, public ServerTest {
 protected:
  explicit TakenKeys(const std::string& recheck = "100ms")
      : ServerTest({"--access-service-keys-file", path("keys"), "--access-jwks-file", path("jwks"),
                    "--access-recheck", recheck}) {}

  int status_of(const std::string& credential, const std::string& channel) {
    HttpClient client(port(), bearer_of(credential));
    return client.get("/v1/events?channel=" + channel).status;
  }
  void take_away(const std::string& left, const std::string& taken) {
    write("keys", left);
    server.process().signal(SIGHUP);
    wait_until("the key is refused", [&] { return status_of(taken, "*") == 401; });
  }
  Session session_of(const std::string& credential, const std::string& path = "/v1/ws") {
    return Session(port(), {.path = path, .headers = bearer_of(credential)});
  }
  std::string ticket_of(const std::string& credential) {
    HttpClient client(port(), bearer_of(credential));
    return client.post("/v1/tickets", "", "").json()["ticket"].text();
  }
  int stream_status(const std::string& ticket) {
    HttpClient client(port());
    client.write({.target = "/v1/events?channel=*&ticket=" + ticket,
                  .headers = {{"Accept", "text/event-stream"}}});
    return client.read_stream_head().status;
  }
  static std::string token_of(const KeyPair& key) {
    return key.token("ES256", R"({"alg":"ES256"})", claims_of("42", 0, 3600));
  }
};

TEST_F(TakenKeys, EndTheSessionsAndStreamsOfAService) {
  Session reader = session_of(kAuditorKey);
  reader.subscribe({.channels = {"*"}});
  Session idle = session_of(kBackendKey);
  SseClient stream(port(), "/v1/events?channel=*", "", bearer_of(kAuditorKey));
  WsClient plain(port(), {.path = "/v1/ws?channel=*",
                          .subprotocols = {"cloudevents.json"},
                          .headers = bearer_of(kAuditorKey)});
  Session other = session_of(kOtherService);
  other.subscribe({.channels = {"*"}});
  take_away("other:" + kOtherService + ":audit:read,event:publish\n", kAuditorKey);
  EXPECT_EQ(reader.await("unsubscribed")["code"].text(), "unauthorized");
  const Ended ended = reader.read_to_end();
  EXPECT_EQ(ended.code, 4401);
  EXPECT_EQ(ended.reason, "the service's key was taken away");
  EXPECT_EQ(idle.read_to_end().code, 4401) << "also one that reads nothing";
  EXPECT_THROW(
      {
        while (true) stream.next();
      },
      Disconnected);
  Incoming last = plain.receive();
  while (last.kind != Incoming::Kind::kClose) last = plain.receive();
  EXPECT_EQ(last.close_code, 4401);
  EXPECT_EQ(other.publish(Draft{.id = "1"}.json())["type"].text(), "ok");
}

// Its sessions' next rights check is an hour away.
class TakenKeysAtOnce : public TakenKeys {
 protected:
  TakenKeysAtOnce() : TakenKeys("1h") {}
};

TEST_F(TakenKeysAtOnce, NeitherPublishNorOpenAnything) {
  Session publisher = session_of(kBackendKey);
  EXPECT_EQ(publisher.publish(Draft{.id = "1"}.json())["type"].text(), "ok");
  const std::string used = ticket_of(kAuditorKey);
  const std::string kept = ticket_of(kAuditorKey);
  EXPECT_EQ(stream_status(used), 200);
  take_away("other:" + kOtherService + "\n", kAuditorKey);
  const Json refused = publisher.publish(Draft{.id = "2"}.json());
  EXPECT_EQ(refused["code"].text(), "unauthorized") << refused.raw();
  EXPECT_EQ(refused["details"]["reason"].text(), "revoked") << refused.raw();
  EXPECT_EQ(stream_status(kept), 401);
}

TEST_F(TakenKeys, APermissionThatAKeyLosesEndsWhatItAllowed) {
  Session reader = session_of(kAuditorKey);
  reader.subscribe({.channels = {"*"}});
  write("keys", "auditor:" + kAuditorKey + ":event:publish\n");
  server.process().signal(SIGHUP);
  EXPECT_EQ(reader.await("unsubscribed")["code"].text(), "forbidden");
  EXPECT_EQ(reader.publish(Draft{.id = "1"}.json())["type"].text(), "ok") << "what it gained";
}

TEST_F(TakenKeys, OfTheIssuerEndTheSessionsOfItsTokens) {
  const std::string token = token_of(one);
  Session session = session_of(token);
  session.subscribe({.channels = {"user:42"}});
  const std::string ticket = ticket_of(token);
  write("jwks", "{\"keys\":[" + one.jwk() + "," + next.jwk(R"(,"kid":"next")") + "]}");
  server.process().signal(SIGHUP);
  const std::string fresh =
      next.token("ES256", R"({"alg":"ES256","kid":"next"})", claims_of("42", 0, 3600));
  wait_until("the next key is known", [&] { return status_of(fresh, "user:42") == 200; });
  Session of_next = session_of(fresh);
  session.say(R"({"type":"ping"})");
  session.await("pong");
  write("jwks", "{\"keys\":[" + next.jwk(R"(,"kid":"next")") + "]}");
  server.process().signal(SIGHUP);
  EXPECT_EQ(session.read_to_end().code, 4401);
  wait_until("the old key is unknown", [&] { return status_of(token, "user:42") == 401; });
  EXPECT_EQ(stream_status(ticket), 401);
  of_next.say(R"({"type":"ping"})");
  of_next.await("pong");
}

}  // namespace
}  // namespace courtside::e2e
