// Goal: an operator sees who is connected and ends one connection, on a listener of its own that
// nobody else may use.
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "tests/e2e/support/server_test.h"

namespace courtside::e2e {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

constexpr const char* kManager = "service-key-of-a-manager-0123456789abcdef";
constexpr const char* kOther = "service-key-of-another-0123456789abcdef0";

Json serving_file(const ServerProcess& server) {
  std::ifstream file(server.data() / "serving.json");
  return Json::parse({std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()});
}

std::uint16_t admin_port(const ServerProcess& server) {
  const std::string url = serving_file(server)["admin"].text();
  return static_cast<std::uint16_t>(std::stoi(url.substr(url.rfind(':') + 1)));
}

struct Admin : ServerTest {
  explicit Admin(std::vector<std::string> more = {}) : ServerTest(flags(std::move(more))) {}

  static std::vector<std::string> flags(std::vector<std::string> more) {
    more.insert(more.end(), {"--admin", "127.0.0.1:0"});
    return more;
  }

  std::string command(std::vector<std::string> arguments) const {
    arguments.insert(arguments.end(), {"--data", server.data().string()});
    return run_courtside(arguments);
  }

  HttpClient admin{admin_port(server)};
};

TEST_F(Admin, ShowsConnectionsAndEndsOne) {
  Session client = session();
  client.subscribe({.sub = 1, .channels = {"thing:t_1"}});
  client.expect("live");
  std::int64_t id = 0;
  for (const Json& each : admin.get("/admin/connections").json()["connections"].items()) {
    if (each["kind"].text() != "session") continue;
    id = each["id"].number();
    EXPECT_EQ(each["subscriptions"].number(), 1);
    EXPECT_EQ(each["address"].text(), "127.0.0.1");
    EXPECT_EQ(each["queuedbytes"].number(), 0);
    EXPECT_THAT(each["since"].text(), HasSubstr("T"));
  }
  ASSERT_GT(id, 0);
  const std::string number = std::to_string(id);
  EXPECT_THAT(command({"connections", "-o", "jsonl"}), HasSubstr("{\"id\":" + number + ","));
  EXPECT_THAT(command({"connections", "-o", "table"}), HasSubstr("SUBSCRIPTIONS"));
  EXPECT_EQ(command({"connections", "--close", number, "-o", "table"}),
            "0: connection " + number + " is closed\n");
  const Ended end = client.read_to_end();
  EXPECT_EQ(end.code, 1012);
  EXPECT_EQ(end.reason, "closed by an administrator");
  client.ws().send_close(1012);
  wait_until("it is gone", [&] {
    return admin.send({.method = "POST", .target = "/admin/connections/" + number + "/close"})
               .status == 404;
  });
  EXPECT_THAT(command({"connections", "--close", number}), StartsWith("1: "));
}

TEST_F(Admin, EndsAStreamToo) {
  SseClient stream(port(), "/v1/events?channel=thing:t_1");
  EXPECT_EQ(stream.next().type, "courtside.progress");
  for (const Json& each : admin.get("/admin/connections").json()["connections"].items()) {
    if (each["kind"].text() != "stream") continue;
    const std::string path = "/admin/connections/" + std::to_string(each["id"].number()) + "/close";
    EXPECT_EQ(admin.send({.method = "POST", .target = path}).status, 200);
  }
  EXPECT_THROW(stream.next_event(), Disconnected);
}

TEST_F(Admin, HasItsPathsAndNoOthers) {
  for (const char* path : {"/health", "/ready", "/live", "/metrics", "/admin/connections"}) {
    EXPECT_EQ(admin.get(path).status, 200) << path;
    EXPECT_EQ(admin.send({.method = "POST", .target = path}).status, 405) << path;
  }
  for (const char* path : {"/v1/events", "/v1/ws", "/admin", "/admin/connections/1",
                           "/admin/connections/x/close", "/admin/connections/-1/close"}) {
    EXPECT_EQ(admin.get(path).status, 404) << path;
  }
  EXPECT_EQ(admin.get("/admin/connections/1/close").status, 405);
  EXPECT_EQ(http.get("/admin/connections").status, 404);
  EXPECT_EQ(http.send({.method = "POST", .target = "/admin/connections/1/close"}).status, 404);
}

// Without access control the listener asks nobody who calls; a web page must not be the one.
TEST_F(Admin, RefusesWebPages) {
  EXPECT_EQ(admin
                .send({.method = "POST",
                       .target = "/admin/connections/1/close",
                       .headers = {{"origin", "https://play.example.com"}}})
                .status,
            403);
}

TEST_F(Admin, HealthIsAnExitStatus) {
  EXPECT_THAT(command({"health", "-o", "table"}), HasSubstr("is ready"));
  EXPECT_THAT(command({"health"}), StartsWith("0: {\"status\":\"ok\""));
  admin.close();
  EXPECT_EQ(stop_server(), 0);
  EXPECT_THAT(command({"health"}), StartsWith("69: courtside: no server holds "));
}

struct AdminKeys {
  AdminKeys() {
    std::ofstream(path()) << "manager:" << kManager << ":connections:manage\n"
                          << "other:" << kOther << ":metrics:read\n";
    std::filesystem::permissions(path(), std::filesystem::perms(0600));
  }
  std::string path() const { return (folder.path() / "keys").string(); }
  TempFolder folder;
};

struct AdminWithAccessControl : AdminKeys, Admin {
  AdminWithAccessControl() : Admin({"--access-service-keys-file", path()}) {}

  int status_of(const std::string& target, const std::string& key) {
    Headers headers;
    if (!key.empty()) headers.emplace_back("authorization", "Bearer " + key);
    return admin.send({.target = target, .headers = headers}).status;
  }
};

TEST_F(AdminWithAccessControl, AsksForAPermission) {
  EXPECT_EQ(status_of("/admin/connections", ""), 401);
  EXPECT_EQ(status_of("/admin/connections", "wrong"), 401);
  EXPECT_EQ(status_of("/admin/connections", kOther), 403);
  EXPECT_EQ(status_of("/admin/connections", kManager), 200);
  EXPECT_EQ(status_of("/metrics", kManager), 403);
  EXPECT_EQ(status_of("/metrics", kOther), 200);
  EXPECT_EQ(status_of("/ready", ""), 200);
  // The server's own user needs no key of a service.
  EXPECT_THAT(command({"connections"}), StartsWith("0: "));
}

TEST(AdminListener, IsOffUnlessItIsAskedFor) {
  ServerProcess server;
  EXPECT_FALSE(serving_file(server).has("admin"));
  EXPECT_THAT(run_courtside({"connections", "--data", server.data().string()}),
              HasSubstr("78: courtside: the server has no listener for administration"));
  EXPECT_EQ(server.terminate(), 0);
}

TEST(AdminListener, IsNotOpenToOthersWithoutAccessControlAndTls) {
  EXPECT_THAT(run_courtside({"config", "check", "--admin", "0.0.0.0:0"}),
              StartsWith("78: courtside: admin: `0.0.0.0:0` is open to other machines, and no "
                         "access control"));
  EXPECT_THAT(run_courtside({"config", "check", "--admin", "0.0.0.0:0", "--access-jwt-secret",
                             "a secret of more than thirty-two bytes for admins"}),
              HasSubstr("keys would travel in plain text without `tls`"));
}

}  // namespace
}  // namespace courtside::e2e
