// Goal: acknowledged bytes are counted exactly, also when nothing is acknowledged and when our FIN
// is in flight.
#include <gtest/gtest.h>
#include <linux/filter.h>
#include <netinet/tcp.h>

#include "tests/transport/loopback.h"
#include "tests/transport/websocket_bytes.h"

namespace courtside {
namespace {

using namespace testing_loopback;
using testing_bytes::served;

// From now on nothing reaches the client, not even its kernel.
void cut_off(const RawClient& client) {
  sock_filter drop_all = BPF_STMT(BPF_RET | BPF_K, 0);
  const sock_fprog filter = {1, &drop_all};
  ASSERT_EQ(setsockopt(client.fd(), SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof(filter)), 0);
}

// Story: the kernel counts our FIN as a waiting byte, so a response of which nothing had arrived
// counted as 2^64 - 1 acknowledged bytes.
TEST(TcpStream, OfWhatDoesNotArriveNothingIsConfirmed) {
  Server server;
  RawClient client(server.port());
  cut_off(client);
  client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  ASSERT_TRUE(server.pump(
      [&] { return !server.connections.empty() && server.connection().bytes_written() > 0; }));
  EXPECT_EQ(server.connection().bytes_acknowledged(), 0u);
}

TEST(TcpStream, OurEndIsNoByteThatThePeerOwes) {
  Server server;
  Upgraded client(server);
  // Delays the acknowledgement, so that our FIN is sent before it.
  const int off = 0;
  ASSERT_EQ(setsockopt(client.fd(), IPPROTO_TCP, TCP_QUICKACK, &off, sizeof(off)), 0);
  server.connection().send(SharedBytes(served(1, "all of it")));
  ASSERT_TRUE(server.pump_until_input(client, served(1, "all of it")));
  cut_off(client);
  server.connection().close_after_flush();
  EXPECT_TRUE(server.pump([&] {
    return server.connection().bytes_acknowledged() == server.connection().bytes_written();
  }));
}

}  // namespace
}  // namespace courtside
