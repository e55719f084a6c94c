// Goal: an idle stream regularly sends a keep-alive, so that no proxy closes it.
#include <chrono>

#include "tests/e2e/support/server_test.h"

namespace courtside::e2e {
namespace {

using QuietStream = ServerTest;

TEST_F(QuietStream, SaysEveryFifteenSecondsThatItIsThere) {
  const auto begin = std::chrono::steady_clock::now();
  SseClient stream(port(), "/v1/events");
  EXPECT_EQ(stream.next().type, "courtside.progress");  // the first event, at once
  EXPECT_EQ(stream.next().type, "courtside.progress");  // the stream has caught up
  EXPECT_EQ(stream.next(Deadline(seconds(25))).type, "courtside.progress");
  EXPECT_GE(std::chrono::steady_clock::now() - begin, seconds(10));
}

}  // namespace
}  // namespace courtside::e2e
