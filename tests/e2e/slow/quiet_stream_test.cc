// Goal: a stream on which nothing happens says now and then that it is still there, so that no
// proxy takes it for dead.
#include <chrono>

#include "tests/e2e/support/server_test.h"

namespace courtside::e2e {
namespace {

using QuietStream = ServerTest;

TEST_F(QuietStream, SaysEveryFifteenSecondsThatItIsThere) {
  SseClient stream(port(), "/v1/events");
  EXPECT_EQ(stream.next().type, "courtside.progress");  // The first byte, at once,
  EXPECT_EQ(stream.next().type, "courtside.progress");  // and that it has caught up.
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(stream.next(Deadline(seconds(25))).type, "courtside.progress");
  EXPECT_GE(std::chrono::steady_clock::now() - begin, seconds(10));
}

}  // namespace
}  // namespace courtside::e2e
