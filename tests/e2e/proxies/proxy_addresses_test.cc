// Goal: behind the proxies of deploy/proxies the server knows its clients' addresses if the page
// says so.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/e2e/proxies/support/proxy_process.h"
#include "tests/e2e/support/server_process.h"
#include "tests/e2e/support/test_http_client.h"

namespace courtside::e2e {
namespace {

// The server's name for a client that connects to the proxy from 127.0.0.2.
std::string name_of_client(const std::string& configuration, std::vector<std::string> flags) {
  flags.insert(flags.end(),
               {"--access-jwt-secret", "a secret of more than thirty-two bytes for the proxies"});
  ServerProcess server(flags);
  ProxyProcess proxy(configuration, server.port());
  wait_until("the proxy lets us through",
             [&] { return HttpClient(proxy.port()).get("/ready").status == 200; });
  HttpClient client(proxy.port());
  client.socket() = Socket::connect(proxy.port(), 0, "127.0.0.2");
  EXPECT_EQ(client
                .send({.target = "/v1/events?channel=user:42",
                       .headers = {{"Authorization", "Bearer not-a-token"}}})
                .status,
            401);
  const std::string line = server.process().wait_for_output("denied: unauthorized, connection ");
  const std::size_t at = line.find(" from ");
  return at == line.npos
             ? line
             : line.substr(at + 6, line.find_first_not_of("0123456789.", at + 6) - at - 6);
}

TEST(ProxyAddresses, TheClientsOwnWhereRecommended) {
  const std::vector<std::string> trusted = {"--trusted-proxies", "127.0.0.1"};
  EXPECT_EQ(name_of_client("nginx-recommended.conf", trusted), "127.0.0.2");
  EXPECT_EQ(name_of_client("haproxy-recommended.cfg", trusted), "127.0.0.2");
  EXPECT_EQ(name_of_client("Caddyfile", trusted), "127.0.0.2");
  std::vector<std::string> with_header = trusted;
  with_header.insert(with_header.end(), {"--proxy-protocol", "true"});
  EXPECT_EQ(name_of_client("haproxy-tcp.cfg", with_header), "127.0.0.2");
}

TEST(ProxyAddresses, TheProxysWhereItSaysNothing) {
  EXPECT_EQ(name_of_client("nginx-short.conf", {}), "127.0.0.1");
  EXPECT_EQ(name_of_client("haproxy-short.cfg", {}), "127.0.0.1");
}

}  // namespace
}  // namespace courtside::e2e
