// Goal: a client that is slow is alive, and one that is gone is found out, whether it answers pings
// or only reads.
#include "engine/session/liveness.h"

#include <gtest/gtest.h>

namespace courtside {
namespace {

constexpr std::uint64_t kSilenceMs = 1000;

struct Client {
  explicit Client(Liveness::Expects expects) : liveness(expects, 0) {}

  // A second passes, in which so many bytes were sent and so many taken.
  bool dies(std::uint64_t sent, std::uint64_t taken, bool speaks = false) {
    now_ms += kSilenceMs;
    traffic.sent_bytes += sent;
    traffic.acknowledged_bytes += taken;
    if (speaks) traffic.received_ms = now_ms;
    return liveness.is_dead(now_ms, traffic, kSilenceMs);
  }

  Liveness liveness;
  Traffic traffic;
  std::uint64_t now_ms = 0;
};

TEST(Liveness, WhoAnswersPingsIsAlive) {
  Client client(Liveness::Expects::kPongs);
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(client.dies(10, 10, /*speaks=*/true));
}

TEST(Liveness, WhoseKernelTakesAllAndAnswersNothingIsNot) {
  Client client(Liveness::Expects::kPongs);
  EXPECT_FALSE(client.dies(10, 0));
  EXPECT_TRUE(client.dies(10, 10));
}

TEST(Liveness, WhoTakesAPartNowAndThenIsAlive) {
  for (const auto expects : {Liveness::Expects::kPongs, Liveness::Expects::kNothing}) {
    Client client(expects);
    EXPECT_FALSE(client.dies(1000, 0));
    for (int i = 0; i < 5; ++i) EXPECT_FALSE(client.dies(10, 1));
    EXPECT_FALSE(client.dies(10, 0));
    EXPECT_TRUE(client.dies(10, 0));
  }
}

TEST(Liveness, AReaderThatOwesNothingIsAliveHoweverLongItIsSilent) {
  Client client(Liveness::Expects::kNothing);
  for (int i = 0; i < 100; ++i)
    EXPECT_FALSE(client.dies(i % 10 == 0 ? 14 : 0, i % 10 == 0 ? 14 : 0));
}

TEST(Liveness, AReaderThatTakesNothingOfWhatWaitsIsNot) {
  Client client(Liveness::Expects::kNothing);
  EXPECT_FALSE(client.dies(14, 0));
  EXPECT_FALSE(client.dies(0, 0));
  EXPECT_TRUE(client.dies(0, 0));
}

// What comes late from another clock's reading must not make the difference negative.
TEST(Liveness, ASignOfLifeMayBeNewerThanTheTick) {
  Liveness liveness(Liveness::Expects::kPongs, 0);
  EXPECT_FALSE(liveness.is_dead(5000, {.received_ms = 5010}, kSilenceMs));
  EXPECT_FALSE(liveness.is_dead(6010, {.received_ms = 5010}, kSilenceMs));
  EXPECT_TRUE(liveness.is_dead(6011, {.received_ms = 5010}, kSilenceMs));
}

}  // namespace
}  // namespace courtside
