// Goal: groups 1 to 5 and 10 of Autobahn's list: framing, pings, reserved bits, opcodes and
// fragmentation.
#include "tests/e2e/conformance/support/echo_test.h"

namespace courtside::e2e {
namespace {

using FramingConformance = EchoTest;

TEST_F(FramingConformance, Group1MessagesOfEveryLengthForm) {
  for (const std::size_t size : {0u, 125u, 126u, 127u, 128u, 65'535u, 65'536u}) {
    const std::string payload(size, '*');
    const std::string name = "1: " + std::to_string(size);
    expect_echo(port(), {name, {text(payload)}, describe(text(payload))});
    const std::string bytes(size, '\xfe');
    expect_echo(port(), {name, {binary(bytes)}, describe(binary(bytes))});
  }
}

TEST_F(FramingConformance, Group2PingsAreAnswered) {
  expect_all({{"2.1", {ping("")}, "pong() "},
              {"2.2", {ping("Hello, world!")}, "pong(Hello, world!) "},
              {"2.3",
               {ping(std::string("\x00\xff\xfe\xfd", 4))},
               describe(pong(std::string("\x00\xff\xfe\xfd", 4)))},
              {"2.4", {ping(std::string(125, '\xfe'))}, describe(pong(std::string(125, '\xfe')))},
              {"2.5", {ping(std::string(126, '\xfe'))}, "close(1002) "},
              {"2.7", {pong("")}, ""},
              {"2.8", {pong("unsolicited")}, ""},
              {"2.9", {pong("unsolicited"), ping("ping")}, "pong(ping) "}});
}

// A server may answer only the newest of several pings (RFC 6455, section 5.5.3), and keeps their
// order.
TEST_F(FramingConformance, Group2OfManyPingsTheNewestIsAnswered) {
  for (const std::size_t piece_bytes : {std::size_t{1}, std::size_t{1000}}) {
    EchoPeer peer(port());
    std::string all;
    for (int i = 0; i < 10; ++i) all += encode_frame(ping("payload-" + std::to_string(i)));
    peer.send_chopped(all, piece_bytes);
    std::string previous;
    while (previous != "payload-9") {
      const Frame answer = peer.receive();
      ASSERT_EQ(answer.opcode, Opcode::kPong);
      ASSERT_LT(previous, answer.payload);
      previous = answer.payload;
    }
  }
}

TEST_F(FramingConformance, Group3ReservedBitsAreRefused) {
  const Frame hello = text("Hello");
  for (std::uint8_t rsv = 1; rsv <= 7; ++rsv) {
    const std::string name = "3: RSV " + std::to_string(rsv);
    for (const Opcode opcode :
         {Opcode::kText, Opcode::kBinary, Opcode::kPing, Opcode::kPong, Opcode::kClose}) {
      const Frame bad{
          .rsv = rsv, .opcode = opcode, .payload = opcode == Opcode::kClose ? "\x03\xe8" : "x"};
      expect_echo(port(), {name, {bad}, "close(1002) "});
      expect_echo(port(), {name, {hello, bad, ping("")}, "text(Hello) close(1002) "});
    }
    expect_echo(
        port(),
        {name, {first("a"), {.rsv = rsv, .opcode = Opcode::kContinuation}}, "close(1002) "});
  }
}

TEST_F(FramingConformance, Group4ReservedOpcodesAreRefused) {
  for (const int opcode : {3, 4, 5, 6, 7, 11, 12, 13, 14, 15}) {
    const std::string name = "4: opcode " + std::to_string(opcode);
    const Frame bare{.opcode = Opcode{static_cast<std::uint8_t>(opcode)}};
    const Frame full{.opcode = bare.opcode, .payload = "reserved"};
    expect_all({{name, {bare}, "close(1002) "},
                {name, {full}, "close(1002) "},
                {name, {text("a"), bare, ping("")}, "text(a) close(1002) "},
                {name, {text("a"), full, ping("")}, "text(a) close(1002) "}});
  }
}

TEST_F(FramingConformance, Group5ControlFramesAreNotFragmented) {
  const Frame open_ping{.fin = false, .opcode = Opcode::kPing, .payload = "a"};
  const Frame open_pong{.fin = false, .opcode = Opcode::kPong, .payload = "a"};
  const Frame open_close{.fin = false, .opcode = Opcode::kClose, .payload = "\x03\xe8"};
  expect_all({{"5.1", {open_ping, last("b")}, "close(1002) "},
              {"5.2", {open_pong, last("b")}, "close(1002) "},
              {"5: close", {open_close, last("b")}, "close(1002) "}});
}

TEST_F(FramingConformance, Group5FragmentsAreJoined) {
  expect_all({{"5.3", {first("fragment1"), last("fragment2")}, "text(fragment1fragment2) "},
              {"5.6", {first("a"), ping("p"), last("b")}, "pong(p) text(ab) "},
              {"5: pong", {first("a"), pong("p"), last("b")}, "text(ab) "},
              {"5: empty", {first(""), middle(""), last("")}, "text() "},
              {"5.19",
               {first("1"), middle("2"), ping("p1"), middle("3"), middle("4"), last("5")},
               "pong(p1) text(12345) "},
              {"5: binary",
               {{.fin = false, .opcode = Opcode::kBinary, .payload = "\xff"}, last("\xfe")},
               describe(binary("\xff\xfe"))}});
}

TEST_F(FramingConformance, Group5FragmentsOutOfOrderAreRefused) {
  expect_all({{"5.9", {last("a"), text("b")}, "close(1002) "},
              {"5.12", {middle("a"), text("b")}, "close(1002) "},
              {"5.15", {first("a"), last("b"), middle("c"), text("d")}, "text(ab) close(1002) "},
              {"5.16", {middle("a"), first("b"), last("c")}, "close(1002) "},
              {"5.17", {last("a"), first("b"), last("c")}, "close(1002) "},
              {"5.18", {first("a"), text("b")}, "close(1002) "},
              {"5: two open", {first("a"), first("b")}, "close(1002) "}});
}

TEST_F(FramingConformance, Group10AMessageOfManyFragments) {
  const std::string payload(65'536, '*');
  std::vector<Frame> frames;
  for (std::size_t at = 0; at < payload.size(); at += 1300) {
    frames.push_back(middle(payload.substr(at, 1300)));
  }
  frames.front().opcode = Opcode::kText;
  frames.back().fin = true;
  expect_echo(port(), {"10.1.1", frames, describe(text(payload))});
}

TEST_F(FramingConformance, WhatIsNotMaskedOrNotMinimalIsRefused) {
  const std::string masked = encode_frame(text("a"));
  for (const std::string& bytes :
       {encode_frame(text("Hello"), /*masked=*/false), encode_frame(ping(""), false),
        encode_frame(close(1000), false),
        "\x81\xfe" + std::string("\x00\x01", 2) + masked.substr(2),
        "\x81\xff" + std::string("\x00\x00\x00\x00\x00\x00\x00\x01", 8) + masked.substr(2)}) {
    for (const std::size_t piece_bytes : {std::size_t{1}, bytes.size()}) {
      EchoPeer peer(port());
      peer.send_chopped(bytes, piece_bytes);
      EXPECT_EQ(peer.receive_all(), "close(1002) ");
    }
  }
}

}  // namespace
}  // namespace courtside::e2e
