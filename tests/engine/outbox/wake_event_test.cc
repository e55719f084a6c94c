// Goal: a wait ends when it should, and an error reports that no descriptor is free.
#include "engine/outbox/wake_event.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/resource.h>
#include <unistd.h>

namespace courtside {
namespace {

TEST(WakeEvent, IsReadableOnceItWasRaised) {
  const auto wake = WakeEvent::make();
  ASSERT_TRUE(wake);
  pollfd wait{(*wake)->descriptor(), POLLIN, 0};
  EXPECT_EQ(poll(&wait, 1, 0), 0);
  (*wake)->raise();
  for (int i = 0; i < 2; ++i) EXPECT_EQ(poll(&wait, 1, 0), 1);
}

TEST(WakeEvent, SaysThatNoDescriptorIsFree) {
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
  const int lowest_free = open("/dev/null", O_RDONLY | O_CLOEXEC);
  ASSERT_GE(lowest_free, 0);
  close(lowest_free);
  rlimit none_free = before;
  none_free.rlim_cur = static_cast<rlim_t>(lowest_free);
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &none_free), 0);
  const auto wake = WakeEvent::make();
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &before), 0);
  ASSERT_FALSE(wake);
  EXPECT_EQ(wake.error().code, Code::unavailable);
}

}  // namespace
}  // namespace courtside
