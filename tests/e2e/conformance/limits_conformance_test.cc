// Goal: group 9 of Autobahn's list: large messages come back, whole, in fragments and in small
// pieces; and the echo's limit is a limit. A long run takes 16 MiB where a short one takes 1.
#include "tests/e2e/conformance/support/echo_test.h"
#include "tests/e2e/support/scale.h"

namespace courtside::e2e {
namespace {

using LimitsConformance = EchoTest;

constexpr std::size_t kMiB = 1 << 20;

std::size_t largest() { return is_long() ? 16 * kMiB : kMiB; }

std::string payload_of(std::size_t size_bytes) {
  std::string payload(size_bytes, ' ');
  for (std::size_t i = 0; i < payload.size(); ++i) payload[i] = static_cast<char>('a' + i % 23);
  return payload;
}

TEST_F(LimitsConformance, LargeMessagesComeBack) {
  for (std::size_t size = 64 * 1024; size <= largest(); size *= 4) {
    for (const Opcode opcode : {Opcode::kText, Opcode::kBinary}) {
      EchoPeer peer(port());
      const Frame message{.opcode = opcode, .payload = payload_of(size)};
      peer.send(message);
      peer.send(ping("behind"));
      EXPECT_EQ(describe(peer.receive()), describe(message));
      EXPECT_EQ(describe(peer.receive()), "pong(behind) ");
    }
  }
}

TEST_F(LimitsConformance, LargeMessagesMayComeInFragments) {
  const std::string payload = payload_of(largest());
  for (std::size_t fragment_bytes = 64; fragment_bytes <= payload.size(); fragment_bytes *= 16) {
    std::string frames;
    for (std::size_t at = 0; at < payload.size(); at += fragment_bytes) {
      Frame frame = middle(payload.substr(at, fragment_bytes));
      if (at == 0) frame.opcode = Opcode::kText;
      frame.fin = at + fragment_bytes >= payload.size();
      frames += encode_frame(frame);
    }
    EchoPeer peer(port());
    peer.send_raw(frames);
    EXPECT_EQ(describe(peer.receive()), describe(text(payload))) << fragment_bytes;
  }
}

TEST_F(LimitsConformance, LargeMessagesMayComeInSmallPieces) {
  const std::string payload = payload_of(kMiB);
  const std::string frame = encode_frame(binary(payload));
  for (const std::size_t piece_bytes : {64u, 997u, 4096u}) {
    EchoPeer peer(port());
    peer.send_chopped(frame, piece_bytes);
    EXPECT_EQ(describe(peer.receive()), describe(binary(payload)));
  }
}

TEST_F(LimitsConformance, ManySmallMessagesComeBackInOrder) {
  EchoPeer peer(port());
  for (int round = 0; round < 10; ++round) {
    std::string frames;
    for (int i = 0; i < 100; ++i)
      frames += encode_frame(text(payload_of(static_cast<std::size_t>(i) * 3)));
    peer.send_raw(frames);
    for (int i = 0; i < 100; ++i) {
      ASSERT_EQ(describe(peer.receive()),
                describe(text(payload_of(static_cast<std::size_t>(i) * 3))));
    }
  }
}

// The header is enough: nothing else is sent.
TEST_F(LimitsConformance, ALengthBeyondTheLimitIsRefusedAtOnce) {
  const auto answer = [](std::string header) {
    EchoPeer peer(port());
    peer.send_raw(header);
    return peer.receive_all();
  };
  EXPECT_EQ(answer("\x82\xff" + std::string("\x00\x00\x00\x00\x01\x00\x00\x01", 8)),
            "close(1009) ");
  EXPECT_EQ(answer("\x82\xff" + std::string("\x00\x00\x01\x00\x00\x00\x00\x00", 8)),
            "close(1009) ");
  EXPECT_EQ(answer("\x82\xff" + std::string("\x7f\xff\xff\xff\xff\xff\xff\xff", 8)),
            "close(1009) ");
  EXPECT_EQ(answer("\x82\xff" + std::string("\x80\x00\x00\x00\x00\x00\x00\x00", 8)),
            "close(1002) ");
  EXPECT_EQ(answer("\x82\xff" + std::string("\xff\xff\xff\xff\xff\xff\xff\xff", 8)),
            "close(1002) ");
}

}  // namespace
}  // namespace courtside::e2e
