// Goal: every byte stream gives the messages or the close code that RFC 6455 requires, however TCP
// splits it.
#include "transport/websocket_codec.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "tests/transport/websocket_bytes.h"

namespace courtside {
namespace {

using testing_bytes::close_body;
using testing_bytes::frame;
using testing_bytes::text;

// The result as text: "text(abc) ping() close(1000,bye) !1002".
class Listing final : public WebSocketInputHandler {
 public:
  bool on_input(const WebSocketInput& input) override {
    switch (input.opcode) {
      case Opcode::kText: add("text", input.payload); break;
      case Opcode::kBinary: add("binary", input.payload); break;
      case Opcode::kPing: add("ping", input.payload); break;
      case Opcode::kPong: add("pong", input.payload); break;
      case Opcode::kClose:
        add("close", std::to_string(input.close_code) + "," + std::string(input.payload));
        break;
    }
    return true;
  }

  void add_violation(std::uint16_t code) { text_ += "!" + std::to_string(code) + " "; }

  std::string text() const { return text_.empty() ? "" : text_.substr(0, text_.size() - 1); }

 private:
  void add(const std::string& kind, std::string_view payload) {
    // Long payloads by length and checksum, to keep failures readable.
    if (payload.size() > 64) {
      unsigned sum = 0;
      for (const char byte : payload) sum = sum * 31 + static_cast<unsigned char>(byte);
      text_ += kind + "(" + std::to_string(payload.size()) + " bytes " + std::to_string(sum) + ") ";
    } else {
      text_ += kind + "(" + std::string(payload) + ") ";
    }
  }

  std::string text_;
};

constexpr WebSocketLimits kSmall = {.message_bytes_max = 1000, .fragments_max = 4};

std::string parse(const std::vector<std::string_view>& pieces,
                  WebSocketRole role = WebSocketRole::kServer,
                  const WebSocketLimits& limits = kSmall) {
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

struct Case {
  const char* name;
  std::string bytes;
  std::string expected;
};

class Rfc6455 : public testing::TestWithParam<Case> {};

TEST_P(Rfc6455, IsParsedHoweverItIsCut) { expect_parsed(GetParam().bytes, GetParam().expected); }

std::string control(std::uint8_t opcode, const std::string& payload) {
  return frame({.opcode = opcode, .payload = payload});
}
std::string part(std::uint8_t opcode, bool fin, const std::string& payload) {
  return frame({.opcode = opcode, .fin = fin, .payload = payload});
}

std::vector<Case> cases() {
  const std::string euro = "\xE2\x82\xAC";
  std::vector<Case> table = {
      {"Text", text("hello"), "text(hello)"},
      {"EmptyText", text(""), "text()"},
      {"Binary", frame({.opcode = 2, .payload = "\xFF"}), "binary(\xFF)"},
      {"TwoInARow", text("a") + text("b"), "text(a) text(b)"},
      {"Length125", text(std::string(60, 'x')), "text(" + std::string(60, 'x') + ")"},
      {"PingAndPong", control(9, "p") + control(10, "q"), "ping(p) pong(q)"},
      {"Ping125", control(9, std::string(64, 'p')), "ping(" + std::string(64, 'p') + ")"},
      {"Fragments", part(1, false, "a") + part(0, false, "b") + part(0, true, "c"), "text(abc)"},
      {"EmptyFragments", part(1, false, "") + part(0, false, "") + part(0, true, ""), "text()"},
      {"PingBetweenFragments", part(1, false, "a") + control(9, "p") + part(0, true, "b"),
       "ping(p) text(ab)"},
      {"CharacterAcrossFragments",
       part(1, false, euro.substr(0, 1)) + part(0, false, euro.substr(1, 1)) +
           part(0, true, euro.substr(2)),
       "text(" + euro + ")"},
      {"CloseAcrossFragments", part(1, false, "a") + control(8, close_body(1001, "bye")),
       "close(1001,bye)"},
      {"CloseWithoutCode", control(8, ""), "close(1005,)"},
      {"CloseWithReason", control(8, close_body(1000, "caf\xC3\xA9")), "close(1000,caf\xC3\xA9)"},
      {"CloseInTheApplicationsRange", control(8, close_body(4408, "")), "close(4408,)"},
      {"CloseServiceRestart", control(8, close_body(1012, "")), "close(1012,)"},
      {"CloseBadGateway", control(8, close_body(1014, "")), "close(1014,)"},

      {"HalfACloseCode", control(8, "\x03"), "!1002"},
      {"CloseReasonNotUtf8", control(8, close_body(1000, "\xC3")), "!1007"},
      {"CloseReasonBadStart", control(8, close_body(1000, "\x80")), "!1007"},
      {"Unmasked", frame({.opcode = 1, .masked = false, .payload = "a"}), "!1002"},
      {"Rsv1", frame({.opcode = 1, .rsv = 4, .payload = "a"}), "!1002"},
      {"Rsv2", frame({.opcode = 1, .rsv = 2, .payload = "a"}), "!1002"},
      {"Rsv3", frame({.opcode = 9, .rsv = 1, .payload = "a"}), "!1002"},
      {"OpcodeThree", frame({.opcode = 3, .payload = "a"}), "!1002"},
      {"OpcodeEleven", frame({.opcode = 11, .payload = "a"}), "!1002"},
      {"ContinuationOfNothing", part(0, true, "a"), "!1002"},
      {"ContinuationAfterTheEnd", text("a") + part(0, true, "b"), "text(a) !1002"},
      {"MessageWithinAMessage", part(1, false, "a") + text("b"), "!1002"},
      {"FragmentedPing", part(9, false, "a"), "!1002"},
      {"LongPing", control(9, std::string(126, 'p')), "!1002"},
      {"LongClose", control(8, close_body(1000, std::string(124, 'r'))), "!1002"},
      {"LengthNotMinimal16", frame({.opcode = 1, .payload = "a", .length_bytes = 2}), "!1002"},
      {"LengthNotMinimal64",
       frame({.opcode = 1, .payload = std::string(200, 'x'), .length_bytes = 8}), "!1002"},
      {"LengthNegative", std::string("\x81\xFF\x80\0\0\0\0\0\0\0abcd", 14), "!1002"},

      {"TextNotUtf8", text("a\xFF"), "!1007"},
      {"TextCutOff", text("\xE2\x82"), "!1007"},
      {"TextOverlong", text("\xC0\xAF"), "!1007"},
      {"TextOverlong3", text("\xE0\x80\x80"), "!1007"},
      {"TextOverlong4", text("\xF0\x80\x80\x80"), "!1007"},
      {"TextSurrogate", text("\xED\xA0\x80"), "!1007"},
      {"TextBeyondUnicode", text("\xF4\x90\x80\x80"), "!1007"},
      {"TextLastCharacter", text("\xF4\x8F\xBF\xBF"), "text(\xF4\x8F\xBF\xBF)"},
      {"TextStrayContinuation", text("abcdefgh\x80"), "!1007"},
      {"FragmentsNotUtf8", part(1, false, "\xE2") + part(0, true, "a"), "!1007"},

      {"JustWithinTheLimit", frame({.opcode = 2, .payload = std::string(1000, '\0')}),
       "binary(1000 bytes 0)"},
      {"BeyondTheLimit", frame({.opcode = 2, .payload = std::string(1001, 'x')}), "!1009"},
      {"BeyondTheLimitInFragments",
       part(2, false, std::string(600, 'x')) + part(0, true, std::string(600, 'x')), "!1009"},
      {"JustEnoughFragments",
       part(1, false, "a") + part(0, false, "b") + part(0, false, "c") + part(0, true, "d"),
       "text(abcd)"},
      {"TooManyFragments",
       part(1, false, "") + part(0, false, "") + part(0, false, "") + part(0, false, "") +
           part(0, true, ""),
       "!1008"},
  };
  for (const int code : {0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000}) {
    table.push_back({"InvalidCloseCode", control(8, close_body(code, "")), "!1002"});
  }
  for (const int code : {1003, 1007, 1011, 3000, 4999}) {
    table.push_back({"ValidCloseCode", control(8, close_body(code, "")),
                     "close(" + std::to_string(code) + ",)"});
  }
  return table;
}

INSTANTIATE_TEST_SUITE_P(Table, Rfc6455, testing::ValuesIn(cases()), [](const auto& test) {
  return std::to_string(test.index) + test.param.name;
});

TEST(WebSocketCodec, AClientTakesUnmaskedFramesOnly) {
  const std::string unmasked = frame({.opcode = 1, .masked = false, .payload = "a"});
  expect_parsed(unmasked, "text(a)", WebSocketRole::kClient);
  expect_parsed(text("a"), "!1002", WebSocketRole::kClient);
}

TEST(WebSocketCodec, AnAnnouncedLengthIsRefusedBeforeTheBytesCome) {
  // 2^62 bytes are announced and one is sent: a buffer of that size is impossible.
  std::string bytes("\x82\xFF\x40\0\0\0\0\0\0\0", 10);
  bytes.append("mask").append("x");
  expect_parsed(bytes, "!1009");
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
    WebSocketCodec codec(masked ? WebSocketRole::kServer : WebSocketRole::kClient, kSmall);
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
  WebSocketCodec first(WebSocketRole::kServer, kSmall);
  WebSocketCodec second(WebSocketRole::kServer, kSmall);
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
  EXPECT_EQ(first_listing.text(), "text(aaaa) text(A1)");
  EXPECT_EQ(second_listing.text(), "text(bbbb) text(B2)");
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
