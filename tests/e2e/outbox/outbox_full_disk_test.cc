// Goal: while the log's disk is full, a source waits, and says why; when there is room it goes on
// where it was, and each row is there once, in order.
#include <gtest/gtest.h>

#include <string>

#include "tests/e2e/outbox/support/test_outbox.h"
#include "tests/e2e/support/disk_faults.h"

namespace courtside::e2e {
namespace {

class OutboxFullDisk : public OutboxTest {
 protected:
  PostgresServer& started_before_ = postgres();  // its disk has no faults
  DiskFaults disk_;
};

TEST_F(OutboxFullDisk, RowsWaitAndNoneIsLostSkippedOrDoubled) {
  serve();
  wait_until_reading();
  commit({.id = "r1", .version = 1});
  std::string expected = "booking:b_1/1";
  EXPECT_EQ(logged_when(1), expected);
  int version = 1;
  for (int round = 0; round < 3; ++round) {
    disk_.fill();
    // Whatever was read before the server saw it is in the log; the rest waits.
    const auto waits = [&](const Json& status) {
      return status["detail"].text().find("waits: the disk of the log is full") !=
             std::string::npos;
    };
    for (int i = 0; i < 5; ++i) {
      ++version;
      commit({.id = "r" + std::to_string(version), .version = version});
      expected += " booking:b_1/" + std::to_string(version);
    }
    // Rows that came before the first look are in; one more waits for certain.
    wait_until("the disk is seen",
               [&] { return http_->get("/health").json()["status"].text() == "storage_full"; });
    ++version;
    commit({.id = "r" + std::to_string(version), .version = version});
    expected += " booking:b_1/" + std::to_string(version);
    status_when(waits);
    EXPECT_LT(logged().size(), expected.size());
    if (round == 1) {
      // A restart meanwhile changes nothing.
      EXPECT_EQ(server_->terminate(), 0);
      server_->start();
      http_->close();
      status_when(waits);
    }
    disk_.heal();
    EXPECT_EQ(logged_when(static_cast<std::size_t>(version)), expected);
  }
  const Json status = status_when([](const Json& each) { return each["detail"].text().empty(); });
  EXPECT_EQ(status["rejected"].number(), 0);
}

}  // namespace
}  // namespace courtside::e2e
