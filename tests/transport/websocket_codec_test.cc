// Goal: every byte stream gives the messages or the close code that RFC 6455 requires, however TCP
// splits it.
#include "transport/websocket_codec.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "tests/transport/websocket_cases.h"

namespace courtside {
namespace {

using namespace testing_cases;
using testing_bytes::close_body;
using testing_bytes::frame;
using testing_bytes::text;

std::string parse(const std::vector<std::string_view>& pieces,
                  WebSocketRole role = WebSocketRole::kServer,
                  const WebSocketLimits& limits = kCaseLimits) {
  WebSocketCodec codec(role, limits);
  Listing listing;
  for (const std::string_view piece : pieces) {
    const auto used = codec.feed(piece, listing);
    if (!used) {
      listing.add_violation(used.error().close_code);
      EXPECT_FALSE(used.error().reason.empty());
      break;
    }
    EXPECT_EQ(*used, piece.size());
  }
  return listing.text();
}

// Whole, split in two everywhere, and byte by byte.
void expect_parsed(const std::string& bytes, const std::string& expected,
                   WebSocketRole role = WebSocketRole::kServer) {
  const std::string_view all = bytes;
  EXPECT_EQ(parse({all}, role), expected);
  for (std::size_t cut = 1; cut < all.size(); ++cut) {
    ASSERT_EQ(parse({all.substr(0, cut), all.substr(cut)}, role), expected) << "cut at " << cut;
  }
  std::vector<std::string_view> single;
  for (std::size_t index = 0; index < all.size(); ++index) single.push_back(all.substr(index, 1));
  EXPECT_EQ(parse(single, role), expected) << "a byte at a time";
}

class Rfc6455 : public testing::TestWithParam<FrameCase> {};

TEST_P(Rfc6455, IsParsedHoweverItIsCut) { expect_parsed(GetParam().bytes, parsed(GetParam())); }

INSTANTIATE_TEST_SUITE_P(Table, Rfc6455, testing::ValuesIn(frame_cases()), [](const auto& test) {
  return std::to_string(test.index) + test.param.name;
});

// RFC 6455, section 7.4, and the IANA registry.
TEST(WebSocketCodec, ACloseCodeIsTakenIfItMayBeSent) {
  for (int code = 0; code <= 5000; ++code) {
    const bool is_registered =
        code >= 1000 && code <= 1014 && code != 1004 && code != 1005 && code != 1006;
    const bool may_be_sent = is_registered || (code >= 3000 && code <= 4999);
    const std::string expected = may_be_sent ? describe(closed(code, "why")) : "!1002 ";
    ASSERT_EQ(parse({control(8, close_body(code, "why"))}), expected);
  }
}

// The first bad byte decides, wherever frames begin and end.
TEST(WebSocketCodec, BadTextIsRefusedInFragmentsOfOneByte) {
  for (const std::string bad :
       {"\xFF", "\xC0\xAF", "\xED\xA0\x80", "\xF4\x90\x80\x80", "ok\xE2\x82"}) {
    std::string bytes = part(1, false, "");
    for (const char byte : bad) bytes += part(0, false, std::string(1, byte));
    bytes += part(0, true, "");
    const WebSocketLimits limits = {.message_bytes_max = 1000, .fragments_max = 100};
    EXPECT_EQ(parse({bytes}, WebSocketRole::kServer, limits), "!1007 ");
  }
}

TEST(WebSocketCodec, AClientTakesUnmaskedFramesOnly) {
  const std::string unmasked = frame({.opcode = 1, .masked = false, .payload = "a"});
  expect_parsed(unmasked, "text(a) ", WebSocketRole::kClient);
  expect_parsed(text("a"), "!1002 ", WebSocketRole::kClient);
}

// Before a byte of the payload, and of the mask, has come.
TEST(WebSocketCodec, AFrameIsRefusedByItsHeader) {
  expect_parsed("\x82\xFE\x03\xE9", "!1009 ");  // 1001 bytes are declared
  expect_parsed("\x83\x80", "!1002 ");          // opcode 3
  expect_parsed(std::string("\x82\x00", 2), "!1002 ");
  expect_parsed("\x82\xFE\x03\xE8", "");
}

TEST(WebSocketCodec, StopsBehindTheMessageItWasToldTo) {
  class OneAtATime final : public WebSocketInputHandler {
   public:
    bool on_input(const WebSocketInput& input) override {
      taken.emplace_back(input.payload);
      return false;
    }
    std::vector<std::string> taken;
  } handler;
  for (const bool masked : {true, false}) {
    const auto made = [masked](std::uint8_t opcode, bool fin, const std::string& payload) {
      return frame({.opcode = opcode, .fin = fin, .masked = masked, .payload = payload});
    };
    handler.taken.clear();
    WebSocketCodec codec(masked ? WebSocketRole::kServer : WebSocketRole::kClient, kCaseLimits);
    const std::string third = made(1, true, "third");
    const std::string bytes = made(1, true, "first") + made(1, false, "sec") +
                              made(9, true, "ping") + made(0, true, "ond") + third.substr(0, 4);
    std::string_view rest = bytes;
    while (!rest.empty()) {
      const auto used = codec.feed(rest, handler);
      ASSERT_TRUE(used);
      ASSERT_GT(*used, 0u);
      ASSERT_LE(*used, rest.size());
      rest.remove_prefix(*used);
    }
    ASSERT_TRUE(codec.feed(third.substr(4), handler));
    EXPECT_EQ(handler.taken, (std::vector<std::string>{"first", "ping", "second", "third"}));
  }
}

TEST(WebSocketCodec, ConnectionsOfOneThreadDoNotSeeEachOthersBytes) {
  WebSocketCodec first(WebSocketRole::kServer, kCaseLimits);
  WebSocketCodec second(WebSocketRole::kServer, kCaseLimits);
  Listing first_listing;
  Listing second_listing;
  const std::string a = text("aaaa") + part(1, false, "A");
  const std::string b = text("bbbb") + part(1, false, "B");
  for (std::size_t index = 0; index < a.size(); ++index) {
    ASSERT_TRUE(first.feed(std::string_view(a).substr(index, 1), first_listing));
    ASSERT_TRUE(second.feed(std::string_view(b).substr(index, 1), second_listing));
  }
  ASSERT_TRUE(first.feed(part(0, true, "1"), first_listing));
  ASSERT_TRUE(second.feed(part(0, true, "2"), second_listing));
  EXPECT_EQ(first_listing.text(), "text(aaaa) text(A1) ");
  EXPECT_EQ(second_listing.text(), "text(bbbb) text(B2) ");
}

// 10,000 random frames, written by our code and split at random, are parsed unchanged.
TEST(WebSocketCodec, TenThousandRandomFramesSurviveRandomCuts) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  const auto below = [&random](std::size_t bound) { return random() % bound; };
  constexpr WebSocketLimits kLarge = {.message_bytes_max = 80'000, .fragments_max = 256};
  for (const WebSocketRole sender : {WebSocketRole::kClient, WebSocketRole::kServer}) {
    std::string bytes;
    Listing expected;
    for (int count = 0; count < 5'000; ++count) {
      const std::size_t length = below(50) == 0 ? below(80'000) : below(300);
      std::string payload(length, '\0');
      for (char& byte : payload) byte = static_cast<char>(below(128));
      Opcode opcode = below(2) == 0 ? Opcode::kText : Opcode::kBinary;
      if (below(10) == 0) {
        opcode = below(2) == 0 ? Opcode::kPing : Opcode::kPong;
        payload.resize(std::min<std::size_t>(payload.size(), 125));
      }
      append_frame(bytes, opcode, payload, sender);
      expected.on_input({opcode, payload, 0});
    }
    std::vector<std::string_view> pieces;
    for (std::string_view rest = bytes; !rest.empty();) {
      pieces.push_back(rest.substr(0, 1 + below(below(4) == 0 ? 20'000 : 200)));
      rest.remove_prefix(pieces.back().size());
    }
    const WebSocketRole receiver =
        sender == WebSocketRole::kClient ? WebSocketRole::kServer : WebSocketRole::kClient;
    const std::string parsed = parse(pieces, receiver, kLarge);
    ASSERT_TRUE(parsed == expected.text());  // not EQ: it would print megabytes
  }
}

TEST(WebSocketFrame, IsWrittenAsTheRfcDrawsIt) {
  std::string bytes;
  append_frame(bytes, Opcode::kText, "Hello");
  EXPECT_EQ(bytes, std::string("\x81\x05Hello"));
  bytes.clear();
  append_frame(bytes, Opcode::kBinary, std::string(256, 'x'));
  EXPECT_EQ(bytes.substr(0, 4), std::string("\x82\x7E\x01\x00", 4));
  bytes.clear();
  append_frame(bytes, Opcode::kBinary, std::string(65536, 'x'));
  EXPECT_EQ(bytes.substr(0, 10), std::string("\x82\x7F\0\0\0\0\0\x01\0\0", 10));
  EXPECT_EQ(bytes.size(), 10u + 65536u);
}

TEST(WebSocketFrame, EachFrameOfAClientHasAFreshMask) {
  std::string first;
  std::string second;
  append_frame(first, Opcode::kText, "same", WebSocketRole::kClient);
  append_frame(second, Opcode::kText, "same", WebSocketRole::kClient);
  EXPECT_EQ(first.size(), 2u + 4u + 4u);
  EXPECT_NE(first, second);
}

TEST(WebSocketFrame, ACloseReasonIsCutBetweenCharacters) {
  std::string bytes;
  append_close_frame(bytes, 1001, std::string(122, 'a') + "\xE2\x82\xAC");
  EXPECT_EQ(static_cast<unsigned char>(bytes[1]), 2u + 122u);
  bytes.clear();
  append_close_frame(bytes, 1001, std::string(120, 'a') + "\xE2\x82\xAC");
  EXPECT_EQ(static_cast<unsigned char>(bytes[1]), 125u);
  bytes.clear();
  append_close_frame(bytes, 1005, "no code, so no reason");
  EXPECT_EQ(bytes, std::string("\x88\0", 2));
}

TEST(WebSocketFrame, TheHandshakesAnswerIsTheRfcsExample) {
  EXPECT_EQ(websocket_accept("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

}  // namespace
}  // namespace courtside
