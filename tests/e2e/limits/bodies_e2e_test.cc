// Goal: a request with a body is judged by its headers. What is refused costs no body, and the
// bodies that are received at the same time are bounded.
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "tests/e2e/support/admission_fixture.h"

namespace courtside::e2e {
namespace {

constexpr const char* kReaderKey = "0000111122223333444455556666777788";
constexpr const char* kEventMedia = "application/cloudevents+json";
const std::string kMebibyte = std::to_string(1 << 20);

class Bodies : public AdmissionTest {
 protected:
  explicit Bodies(std::vector<std::string> flags = {}) : AdmissionTest(with_keys(flags)) {}

  static std::vector<std::string> with_keys(std::vector<std::string> flags) {
    static const TempFolder folder;
    static const std::filesystem::path file = folder.path() / "keys";
    std::ofstream(file) << "backend:" << kServiceKey << ":event:publish\n"
                        << "prometheus:" << kReaderKey << ":metrics:read\n";
    std::filesystem::permissions(file, std::filesystem::perms(0600));
    flags.insert(flags.end(), {"--access-service-keys-file", file.string()});
    return flags;
  }

  // Sends headers that announce a body, and no byte of it.
  std::unique_ptr<HttpClient> announce(const std::string& request_line,
                                       const std::string& headers) {
    auto client = std::make_unique<HttpClient>(port());
    client->write_raw(request_line + " HTTP/1.1\r\nHost: a\r\n" + headers + "\r\n");
    return client;
  }

  static std::string length(const std::string& bytes) {
    return "Content-Length: " + bytes + "\r\n";
  }
  static std::string by(const std::string& credential) {
    return "Authorization: Bearer " + credential + "\r\n";
  }
  static std::string event_of(const std::string& credential) {
    return by(credential) + "Content-Type: " + kEventMedia + "\r\n";
  }

  // A body of exactly so many bytes that is an event.
  static std::string event_body(std::size_t size_bytes) {
    std::string body = Draft{.id = "large"}.json();
    body.append(size_bytes - body.size(), ' ');
    return body;
  }

  double metric(const std::string& name) {
    HttpClient admin(port(), bearer(kReaderKey));
    const std::string page = "\n" + admin.get("/metrics").body;
    const std::size_t at = page.find("\n" + name + " ");
    return at == std::string::npos ? -1 : std::stod(page.substr(at + name.size() + 2));
  }
};

TEST_F(Bodies, AreRefusedByTheHeadersAlone) {
  const std::string announced = length("1000000");
  const struct {
    const char* what;
    std::string request_line;
    std::string headers;
    int status;
  } cases[] = {
      {"no credential", "POST /v1/events", announced, 401},
      {"no credential, chunked", "POST /v1/events", "Transfer-Encoding: chunked\r\n", 401},
      {"a bad credential", "POST /v1/events", announced + event_of("not-a-token"), 401},
      {"a service that publishes nothing", "POST /v1/events", announced + event_of(kReaderKey),
       403},
      {"another origin", "POST /v1/events",
       announced + event_of(kServiceKey) + "Origin: https://evil.example\r\n", 403},
      {"an unknown path", "POST /v1/nowhere", announced + event_of(kServiceKey), 404},
      {"a backup without the key", "POST /v1/backup", announced, 401},
      {"a method", "PUT /v1/events", announced + event_of(kServiceKey), 405},
      {"a body of GET", "GET /v1/events", announced + by(kServiceKey), 400},
      {"a media type", "POST /v1/events", announced + by(kServiceKey), 415},
      {"a coding", "POST /v1/events",
       announced + event_of(kServiceKey) + "Content-Encoding: gzip\r\n", 415},
      {"a length", "POST /v1/events", length("1000000000") + event_of(kServiceKey), 413},
  };
  for (const auto& each : cases) {
    const auto client = announce(each.request_line, each.headers);
    const HttpResponse answer = client->read_response();
    EXPECT_EQ(answer.status, each.status) << each.what;
    EXPECT_EQ(answer.header("connection"), "close") << each.what;
  }
  EXPECT_EQ(metric("courtside_pending_body_bytes"), 0);
}

TEST_F(Bodies, AStrangerWhoSendsOneAnywayHearsTheAnswer) {
  const auto client = announce("POST /v1/events", length("4000000"));
  const std::string part(100'000, 'x');
  for (int i = 0; i < 40; ++i) client->write_raw(part);
  EXPECT_EQ(client->read_response().status, 401);
}

TEST_F(Bodies, AShortOneThatIsNotReadLeavesTheConnection) {
  HttpClient client(port());
  const HttpResponse refused = client.post("/v1/events", kEventMedia, Draft{.id = "1"}.json());
  EXPECT_EQ(refused.status, 401);
  EXPECT_EQ(client.post("/v1/tickets", "application/json", "{}", bearer(token)).status, 200);
  EXPECT_EQ(
      client.post("/v1/events", kEventMedia, Draft{.id = "1"}.json(), bearer(kServiceKey)).status,
      200);
  EXPECT_EQ(client.connects(), 1);
}

TEST_F(Bodies, WhoWaitsForContinueGetsItWhenTheHeadersAreGood) {
  const std::string body = Draft{.id = "1"}.json();
  const std::string headers = length(std::to_string(body.size())) +
                              "Expect: 100-continue\r\nContent-Type: " + kEventMedia + "\r\n";
  const auto stranger = announce("POST /v1/events", headers);
  EXPECT_EQ(stranger->read_response().status, 401);
  const auto client = announce("POST /v1/events", headers + by(kServiceKey));
  EXPECT_EQ(client->socket().take_line(Deadline()), "HTTP/1.1 100 Continue");
  EXPECT_EQ(client->socket().take_line(Deadline()), "");
  client->write_raw(body);
  EXPECT_EQ(client->read_response().status, 200);
}

// ---------------------------------------------------------------------------------------------

class FewBodies : public Bodies {
 protected:
  FewBodies()
      : Bodies({"--limits-body-bytes", "1MiB", "--limits-pending-body-bytes", "2MiB",
                "--limits-receive", "1h"}) {}
};

TEST_F(FewBodies, AboveTheRoomForAllTheyAreRefusedUntilThereIsRoom) {
  const std::string headers = length(kMebibyte) + event_of(kServiceKey);
  const auto first = announce("POST /v1/events", headers);
  const auto second = announce("POST /v1/events", headers);
  wait_until("both are being received",
             [this] { return metric("courtside_pending_body_bytes") == 2 << 20; });
  const HttpResponse refused = announce("POST /v1/events", headers)->read_response();
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(refused.json()["code"].text(), "overloaded");
  EXPECT_EQ(refused.header("retry-after"), "1");
  // Of a chunked body the length is not known before.
  EXPECT_EQ(announce("POST /v1/events", "Transfer-Encoding: chunked\r\n" + event_of(kServiceKey))
                ->read_response()
                .status,
            503);
  EXPECT_EQ(http.get("/v1/events?channel=availability:v_1").status, 200) << "others go on";

  first->write_raw(event_body(1 << 20));
  EXPECT_EQ(first->read_response().status, 200);
  second->close();  // one that goes away gives its room back, too
  wait_until("the room is free", [this] { return metric("courtside_pending_body_bytes") == 0; });
  const auto third = announce("POST /v1/events", headers);
  third->write_raw(event_body(1 << 20));
  EXPECT_EQ(third->read_response().status, 200);
}

TEST_F(FewBodies, OneAccountHasAPartOfTheRoom) {
  const std::string headers = length(kMebibyte) + event_of(token);
  const auto first = announce("POST /v1/events", headers);
  wait_until("it is being received",
             [this] { return metric("courtside_pending_body_bytes") == 1 << 20; });
  EXPECT_EQ(announce("POST /v1/events", headers)->read_response().status, 503);
  const auto other = announce("POST /v1/events", length(kMebibyte) + event_of(token_of("43")));
  wait_until("another account's is, too",
             [this] { return metric("courtside_pending_body_bytes") == 2 << 20; });
}

class SlowBodies : public Bodies {
 protected:
  SlowBodies() : Bodies({"--limits-receive", "200ms"}) {}
};

TEST_F(SlowBodies, HaveATimeLimit) {
  const auto client = announce("POST /v1/events", length("1000") + event_of(kServiceKey));
  client->write_raw("{");
  const HttpResponse answer = client->read_response();
  EXPECT_EQ(answer.status, 408);
  EXPECT_EQ(answer.json()["code"].text(), "timeout");
  EXPECT_EQ(metric("courtside_pending_body_bytes"), 0);
}

}  // namespace
}  // namespace courtside::e2e
