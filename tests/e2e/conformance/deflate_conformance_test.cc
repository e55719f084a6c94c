// Goal: groups 12 and 13 of Autobahn's list: permessage-deflate with every combination of
// parameters and many sizes of messages; and what breaks RFC 7692 is refused.
#include <zlib.h>

#include "tests/e2e/conformance/support/echo_test.h"
#include "tests/e2e/support/scale.h"

namespace courtside::e2e {
namespace {

using DeflateConformance = EchoTest;

constexpr std::uint8_t kRsv1 = 4;
constexpr std::string_view kAlways =
    "permessage-deflate; server_no_context_takeover; client_no_context_takeover";

// The client's side of the extension, by zlib. It keeps no context, as it was told.
std::string deflated(const std::string& message, int window_bits = 15, int level = 6) {
  z_stream stream{};
  deflateInit2(&stream, level, Z_DEFLATED, -window_bits, 8, Z_DEFAULT_STRATEGY);
  std::string input = message;
  std::string out(message.size() + message.size() / 8 + 100, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(input.data());
  stream.avail_in = static_cast<uInt>(input.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_SYNC_FLUSH);
  out.resize(out.size() - stream.avail_out - 4);
  deflateEnd(&stream);
  return out;
}

// With no more than the agreed window: a reference beyond it is an error.
std::string inflated(std::string bytes, int window_bits) {
  bytes.append("\x00\x00\xff\xff", 4);
  z_stream stream{};
  inflateInit2(&stream, -window_bits);
  stream.next_in = reinterpret_cast<Bytef*>(bytes.data());
  stream.avail_in = static_cast<uInt>(bytes.size());
  std::string out;
  char piece[100];  // small, so that zlib looks into its window and not into the output
  do {
    stream.next_out = reinterpret_cast<Bytef*>(piece);
    stream.avail_out = sizeof(piece);
    const int result = inflate(&stream, Z_SYNC_FLUSH);
    if (result != Z_OK && result != Z_BUF_ERROR) give_up("broken compressed data");
    out.append(piece, sizeof(piece) - stream.avail_out);
  } while (stream.avail_in > 0 || stream.avail_out == 0);
  inflateEnd(&stream);
  return out;
}

std::string json(std::size_t size_bytes) {
  std::string text;
  for (unsigned i = 0; text.size() < size_bytes; ++i) {
    text += R"({"id":)" + std::to_string(i * 2654435761u) +
            R"(,"type":"booking.created","venue":")" + std::to_string(i % 7) + "\"},";
  }
  return text.substr(0, size_bytes);
}

// The message comes back compressed if it has 1 KiB, and plain otherwise.
// `sent` is the last frame of it.
void expect_back(EchoPeer& peer, const Frame& sent, const std::string& message, int window_bits) {
  peer.send(sent);
  const Frame back = peer.receive();
  const bool is_long = message.size() >= 1024;
  ASSERT_EQ(back.rsv, is_long ? kRsv1 : 0) << message.size() << " " << back.payload;
  ASSERT_EQ(back.opcode, sent.opcode == Opcode::kBinary ? Opcode::kBinary : Opcode::kText);
  if (is_long) {
    ASSERT_LT(back.payload.size(), message.size());
  }
  ASSERT_TRUE((is_long ? inflated(back.payload, window_bits) : back.payload) == message);
}

struct Offer {
  std::string parameters;
  std::string answered = {};  // beyond what always is
  int server_window_bits = 15;
  int client_window_bits = 15;
};

std::vector<Offer> offers() {
  std::vector<Offer> all = {
      {""},
      {"; client_max_window_bits"},
      {"; server_no_context_takeover"},
      {"; client_no_context_takeover"},
      {"; server_no_context_takeover; client_no_context_takeover; client_max_window_bits"}};
  for (const int bits : {9, 10, 11, 12, 13, 14, 15}) {
    const std::string number = std::to_string(bits);
    const std::string answered = "; server_max_window_bits=" + std::to_string(std::min(bits, 12));
    all.push_back({"; server_max_window_bits=" + number, answered, bits});
    all.push_back({"; client_max_window_bits=" + number, "", 15, bits});
    all.push_back({"; server_no_context_takeover; server_max_window_bits=\"" + number +
                       "\"; client_max_window_bits=" + number,
                   answered, bits, bits});
  }
  return all;
}

TEST_F(DeflateConformance, Groups12And13EveryOfferAndSize) {
  for (const Offer& offer : offers()) {
    SCOPED_TRACE(offer.parameters);
    EchoPeer peer(port(), "permessage-deflate" + offer.parameters);
    ASSERT_EQ(peer.agreed(), std::string(kAlways) + offer.answered);
    for (std::size_t size = 16; size <= 128 * 1024; size *= is_long() ? 2 : 8) {
      const std::string message = json(size);
      for (const Opcode opcode : {Opcode::kText, Opcode::kBinary}) {
        for (const int level : {1, 9}) {
          const Frame sent{.rsv = kRsv1,
                           .opcode = opcode,
                           .payload = deflated(message, offer.client_window_bits, level)};
          expect_back(peer, sent, message, offer.server_window_bits);
        }
        const Frame plain{.opcode = opcode, .payload = message};  // either side may, at any time
        expect_back(peer, plain, message, offer.server_window_bits);
      }
    }
  }
}

TEST_F(DeflateConformance, WhatCannotBeKeptIsDeclined) {
  for (const char* offer :
       {"permessage-deflate; server_max_window_bits=8", "permessage-deflate; unknown",
        "permessage-deflate; server_max_window_bits",
        "permessage-deflate; client_max_window_bits=7",
        "permessage-deflate; server_no_context_takeover=1", "x-webkit-deflate-frame",
        "permessage-deflate; client_max_window_bits; client_max_window_bits"}) {
    EchoPeer peer(port(), offer);
    EXPECT_EQ(peer.agreed(), "") << offer;
    peer.send(text(json(5000)));
    EXPECT_EQ(describe(peer.receive()), describe(text(json(5000))));
    peer.send({.rsv = kRsv1, .payload = deflated("Hello")});
    EXPECT_EQ(peer.receive_all(), "close(1002) ");
  }
  EXPECT_EQ(EchoPeer(port(),
                     "permessage-deflate; server_max_window_bits=8, permessage-deflate; "
                     "server_max_window_bits=10")
                .agreed(),
            std::string(kAlways) + "; server_max_window_bits=10");
}

TEST_F(DeflateConformance, FragmentsMayBeAnywhereWithPingsBetween) {
  const std::string message = json(3000);
  const std::string payload = deflated(message);
  for (const std::size_t fragment_bytes : {1u, 7u, 100u, 100'000u}) {
    EchoPeer peer(port(), "permessage-deflate");
    for (std::size_t at = 0; at < payload.size(); at += fragment_bytes) {
      Frame frame = middle(payload.substr(at, fragment_bytes));
      if (at == 0) frame.opcode = Opcode::kText, frame.rsv = kRsv1;
      peer.send(frame);
      if (at == 0) peer.send(ping("between"));
    }
    EXPECT_EQ(describe(peer.receive()), "pong(between) ");
    expect_back(peer, last(""), message, 15);
  }
}

TEST_F(DeflateConformance, WhatBreaksTheRfcIsRefused) {
  const std::string hello = deflated("Hello");
  const std::pair<std::vector<Frame>, std::string> cases[] = {
      {{{.fin = false, .rsv = kRsv1, .payload = hello.substr(0, 2)},
        {.rsv = kRsv1, .opcode = Opcode::kContinuation, .payload = hello.substr(2)}},
       "close(1002) "},
      {{{.rsv = kRsv1, .opcode = Opcode::kPing}}, "close(1002) "},
      {{{.rsv = kRsv1, .opcode = Opcode::kClose}}, "close(1002) "},
      {{{.rsv = 6, .payload = hello}}, "close(1002) "},
      {{{.rsv = 5, .payload = hello}}, "close(1002) "},
      {{{.rsv = kRsv1, .payload = "no deflate at all"}}, "close(1007) "},
      {{{.rsv = kRsv1, .payload = hello.substr(0, 3)}}, "close(1007) "},
      {{{.rsv = kRsv1, .payload = deflated("\xff")}}, "close(1007) "},
      {{{.rsv = kRsv1, .payload = hello}, {.rsv = kRsv1, .payload = "\xff"}},
       "text(Hello) close(1007) "},
  };
  for (const auto& [frames, expected] : cases) {
    EchoPeer peer(port(), "permessage-deflate");
    for (const Frame& frame : frames) peer.send(frame);
    EXPECT_EQ(peer.receive_all(), expected);
  }
}

// 16 KiB that inflate to more than the limit of 16 MiB; the answer to a message of the limit's size
// is small.
TEST_F(DeflateConformance, TheLimitIsThatOfTheInflatedMessage) {
  const std::string most(16 << 20, 'x');
  EchoPeer peer(port(), "permessage-deflate");
  peer.send({.rsv = kRsv1, .opcode = Opcode::kBinary, .payload = deflated(most)});
  const Frame back = peer.receive();
  EXPECT_EQ(back.rsv, kRsv1);
  EXPECT_LT(back.payload.size(), 200'000u);
  peer.send({.rsv = kRsv1, .opcode = Opcode::kBinary, .payload = deflated(most + "x")});
  EXPECT_EQ(peer.receive_all(), "close(1009) ");
}

// Final blocks, empty blocks, and blocks that were flushed in between (RFC 7692, section 7.2.3).
TEST_F(DeflateConformance, BlocksMayBeOfEveryKind) {
  for (const std::string& payload :
       {std::string("\xf2\x48\xcd\xc9\xc9\x07\x00", 7),
        std::string("\x00\x05\x00\xfa\xff\x48\x65\x6c\x6c\x6f\x00", 11),
        std::string("\xf3\x48\xcd\xc9\xc9\x07\x00\x00", 8),
        std::string("\xf2\x48\x05\x00\x00\x00\xff\xff\xca\xc9\xc9\x07\x00", 13),
        std::string("\x00\x00\x00\xff\xff\xf2\x48\xcd\xc9\xc9\x07\x00", 12)}) {
    EchoPeer peer(port(), "permessage-deflate");
    peer.send({.rsv = kRsv1, .payload = payload});
    EXPECT_EQ(describe(peer.receive()), "text(Hello) ");
    peer.send({.rsv = kRsv1, .payload = std::string(1, '\0')});
    EXPECT_EQ(describe(peer.receive()), "text() ");
  }
}

}  // namespace
}  // namespace courtside::e2e
