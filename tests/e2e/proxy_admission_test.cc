// Goal: behind a listed proxy each client counts by its own address, whether headers or the PROXY
// protocol name it; what others say of themselves is ignored.
#include "tests/e2e/support/admission_fixture.h"

namespace courtside::e2e {
namespace {

constexpr const char* kProxy = "127.0.0.3";

Headers forwarded_for(const std::string& clients) { return {{"X-Forwarded-For", clients}}; }

class ProxyDoor : public AdmissionTest {
 protected:
  ProxyDoor()
      : AdmissionTest({"--trusted-proxies", "127.0.0.3,10.0.0.0/8",
                       "--limits-failed-logins-per-minute", "5", "--limits-connections-per-address",
                       "2"}) {}

  int fail_login(const std::string& from, const std::string& clients) {
    return ask("not-a-token", from, forwarded_for(clients)).status;
  }
};

TEST_F(ProxyDoor, ItsClientsAreSlowedOneByOne) {
  for (int i = 0; i < 5; ++i) EXPECT_EQ(fail_login(kProxy, "192.0.2.1"), 401);
  EXPECT_EQ(fail_login(kProxy, "192.0.2.1"), 429);
  EXPECT_EQ(fail_login(kProxy, "192.0.2.7, 192.0.2.1, 10.0.0.9"), 429) << "by the rightmost one";
  EXPECT_EQ(ask(token, kProxy, forwarded_for("192.0.2.1, 192.0.2.7")).status, 200);
  EXPECT_EQ(ask(token, kProxy).status, 200);
}

TEST_F(ProxyDoor, WhatOthersSayOfThemselvesIsIgnored) {
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(fail_login(kElsewhere, "192.0.2." + std::to_string(i)), 401);
  }
  EXPECT_EQ(fail_login(kElsewhere, "192.0.2.6"), 429);
  EXPECT_EQ(ask(token, kProxy, forwarded_for("192.0.2.0")).status, 200);
  EXPECT_EQ(ask(token).status, 200);
}

TEST_F(ProxyDoor, ItsClientsHaveTheirPlacesAndItHasAny) {
  std::vector<Session> sessions;
  const auto status_of = [&](const char* client) {
    return WsClient(port(), {.headers = forwarded_for(client), .from = kProxy}).handshake().status;
  };
  for (int i = 0; i < 2; ++i) {
    sessions.emplace_back(port(),
                          WsClient::Options{.headers = forwarded_for("192.0.2.1"), .from = kProxy});
  }
  EXPECT_EQ(status_of("192.0.2.1"), 429);
  for (int i = 2; i < 6; ++i) {
    EXPECT_EQ(status_of(("192.0.2." + std::to_string(i)).c_str()), 101);
  }
}

// ---------------------------------------------------------------------------------------------

const std::string kVersion2 = std::string("\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c", 16);
const std::string kDestination = std::string("\x0a\0\0\x01\x30\x39\x01\xbb", 8);

std::string version1(const std::string& client) {
  return "PROXY TCP4 " + client + " 10.0.0.1 12345 443\r\n";
}

class ProxyProtocolDoor : public AdmissionTest {
 protected:
  ProxyProtocolDoor()
      : AdmissionTest({"--trusted-proxies", "127.0.0.3", "--proxy-protocol", "true",
                       "--limits-failed-logins-per-minute", "5", "--limits-connections-per-address",
                       "20"}) {}

  // The status of a request that follows these bytes; 0: the connection was closed.
  int status_after(const std::string& bytes, const std::string& from,
                   const std::string& credential) {
    HttpClient client(port());
    client.socket() = Socket::connect(port(), 0, from);
    client.socket().write(bytes + "GET /v1/events?channel=user:42 HTTP/1.1\r\nHost: x\r\n" +
                          "Authorization: Bearer " + credential + "\r\n\r\n");
    try {
      return client.read_response().status;
    } catch (const Disconnected&) {
      return 0;
    }
  }
};

TEST_F(ProxyProtocolDoor, AListedPeerNamesItsClientInEitherVersion) {
  const std::string v2 = kVersion2 + std::string("\xc0\0\x02\x01", 4) + kDestination;
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(status_after(i % 2 == 0 ? v2 : version1("192.0.2.1"), kProxy, "not-a-token"), 401);
  }
  EXPECT_EQ(status_after(v2, kProxy, "not-a-token"), 429);
  EXPECT_EQ(status_after(version1("192.0.2.1"), kProxy, "not-a-token"), 429);
  EXPECT_EQ(status_after(v2, kProxy, token), 200);
  EXPECT_EQ(status_after(version1("192.0.2.2"), kProxy, token), 200);
  EXPECT_EQ(status_after("PROXY UNKNOWN\r\n", kProxy, token), 200);
  Session session(
      port(), {.headers = bearer(token), .from = kProxy, .proxy_header = version1("192.0.2.3")});
  session.subscribe({.channels = {"user:42"}});
}

TEST_F(ProxyProtocolDoor, ComingInPiecesItIsTheSame) {
  Socket socket = Socket::connect(port(), 0, kProxy);
  for (const char c : version1("192.0.2.1") + "GET /health HTTP/1.1\r\nHost: x\r\n\r\n") {
    socket.write({&c, 1});
  }
  EXPECT_EQ(socket.take_line(Deadline()), "HTTP/1.1 200 OK");
}

TEST_F(ProxyProtocolDoor, MalformedTooLongOrMissingClosesAtOnce) {
  double refused = 0;
  for (const std::string& bytes :
       {std::string(), std::string("PROXY TCP4 192.0.2.1\r\n"),
        "PROXY TCP4 " + std::string(200, '1'), std::string("PROXY UNKNOWN\n"),
        kVersion2.substr(0, 14) + "\xff\xff", version1("unix"),
        kVersion2.substr(0, 12) + "\x31\x11" + kVersion2.substr(14) + std::string(12, '1')}) {
    EXPECT_EQ(status_after(bytes, kProxy, token), 0) << bytes;
    EXPECT_EQ(denied("proxy_header"), ++refused) << bytes;
  }
}

TEST_F(ProxyProtocolDoor, FromOthersItIsBadHttp) {
  EXPECT_EQ(status_after(version1("192.0.2.1"), kElsewhere, token), 400);
  EXPECT_EQ(status_after(kVersion2 + std::string(12, '1'), kElsewhere, token), 400);
  EXPECT_EQ(status_after("", kElsewhere, token), 200);
}

TEST_F(ProxyProtocolDoor, ItsClientsHaveTheirPlacesFromTheFirstByteOn) {
  std::vector<Socket> open;
  for (int i = 0; i < 20; ++i) {
    open.push_back(Socket::connect(port(), 0, kProxy));
    open.back().write(version1("192.0.2.1") + "GET /health HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(open.back().take_line(Deadline()), "HTTP/1.1 200 OK");
  }
  EXPECT_EQ(status_after(version1("192.0.2.1"), kProxy, token), 0);
  EXPECT_EQ(denied("connections"), 1);
  EXPECT_EQ(status_after(version1("192.0.2.2"), kProxy, token), 200);
}

}  // namespace
}  // namespace courtside::e2e
