// Goal: compressed messages are taken as RFC 7692 says, however TCP splits them; nothing that is
// broken or huge comes through; and what is sent compressed is smaller.
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "base/message_deflate.h"
#include "tests/transport/websocket_cases.h"
#include "transport/websocket_codec.h"

namespace courtside {
namespace {

using namespace testing_cases;
using testing_bytes::frame;

constexpr std::uint8_t kRsv1 = 4;

std::string taken(const std::vector<std::string_view>& pieces, bool inflates = true) {
  WebSocketCodec codec(WebSocketRole::kServer, kCaseLimits, inflates);
  Listing listing;
  for (const std::string_view piece : pieces) {
    if (const auto used = codec.feed(piece, listing); !used) {
      listing.add_violation(used.error().close_code);
      break;
    }
  }
  return listing.text();
}

// Whole, split in two everywhere, and byte by byte.
void expect_taken(const std::string& bytes, const std::string& expected) {
  const std::string_view all = bytes;
  EXPECT_EQ(taken({all}), expected);
  std::vector<std::string_view> single;
  for (std::size_t i = 0; i < all.size(); ++i) {
    ASSERT_EQ(taken({all.substr(0, i), all.substr(i)}), expected) << "cut at " << i;
    single.push_back(all.substr(i, 1));
  }
  EXPECT_EQ(taken(single), expected) << "a byte at a time";
}

std::string deflated_text(const std::string& text) {
  std::string out;
  EXPECT_TRUE(MessageDeflater(12).append(out, text));
  return out;
}
const std::string kHello("\xf2\x48\xcd\xc9\xc9\x07\x00", 7);  // "Hello" (RFC 7692, section 7.2.3.1)

std::string compressed(std::uint8_t opcode, const std::string& payload) {
  return frame({.opcode = opcode, .rsv = kRsv1, .payload = payload});
}
std::string first_part(std::uint8_t opcode, const std::string& payload) {
  return frame({.opcode = opcode, .fin = false, .rsv = kRsv1, .payload = payload});
}

TEST(WebSocketDeflate, TakesCompressedMessagesBesidePlainOnes) {
  const std::string text(500, 'x');
  expect_taken(compressed(1, kHello) + testing_bytes::text("plain") + compressed(2, kHello) +
                   compressed(1, deflated_text(text)),
               describe(said("Hello")) + describe(said("plain")) + describe(binary("Hello")) +
                   describe(said(text)));
  expect_taken(compressed(1, std::string(1, '\0')) + compressed(2, ""),
               describe(said("")) + describe(binary("")));
}

TEST(WebSocketDeflate, FragmentsMayBeAnywhereWithPingsBetween) {
  for (std::size_t cut = 0; cut <= kHello.size(); ++cut) {
    expect_taken(first_part(1, kHello.substr(0, cut)) + control(9, "p") +
                     part(0, true, kHello.substr(cut)) + testing_bytes::text("plain"),
                 describe(pinged("p")) + describe(said("Hello")) + describe(said("plain")));
  }
}

// As Python's websockets 10.4 sends them: each fragment ends with a flush, and the last is empty.
TEST(WebSocketDeflate, AnEmptyLastFragmentMayEndTheMessage) {
  expect_taken(first_part(1, kHello + std::string("\x00\x00\xff\xff", 4)) + part(0, true, ""),
               describe(said("Hello")));
}

TEST(WebSocketDeflate, Rsv1IsForTheFirstFrameOfAMessage) {
  expect_taken(first_part(1, kHello.substr(0, 3)) +
                   frame({.opcode = 0, .rsv = kRsv1, .payload = kHello.substr(3)}),
               "!1002 ");
  expect_taken(part(1, false, "") + frame({.opcode = 0, .rsv = kRsv1}), "!1002 ");
  for (const std::uint8_t opcode : {std::uint8_t{8}, std::uint8_t{9}, std::uint8_t{10}})
    expect_taken(compressed(opcode, ""), "!1002 ");
  expect_taken(compressed(3, kHello), "!1002 ");
  for (std::uint8_t rsv = 1; rsv <= 7; ++rsv) {
    if (rsv == kRsv1) continue;
    expect_taken(frame({.opcode = 1, .rsv = rsv, .payload = kHello}), "!1002 ");
  }
  EXPECT_EQ(taken({compressed(1, kHello)}, /*inflates=*/false), "!1002 ");
}

TEST(WebSocketDeflate, BrokenDataIs1007) {
  expect_taken(compressed(1, "\xff\xff"), "!1007 ");
  expect_taken(compressed(2, "Hello, world"), "!1007 ");
  expect_taken(compressed(1, kHello.substr(0, 4)), "!1007 ");
  expect_taken(first_part(2, "\x07") + part(0, true, ""), "!1007 ");
}

TEST(WebSocketDeflate, TextIsCheckedAfterItIsInflated) {
  const std::string bad = "0123456789012345678901234567890123456789\xff";
  expect_taken(compressed(1, deflated_text(bad)), "!1007 ");
  expect_taken(compressed(2, deflated_text(bad)), describe(binary(bad)));
  const std::string cut_off = "0123456789012345678901234567890123456789\xe2\x82";
  expect_taken(compressed(1, deflated_text(cut_off)), "!1007 ");
}

TEST(WebSocketDeflate, TheLimitIsThatOfTheText) {
  expect_taken(compressed(1, deflated_text(std::string(1000, 'x'))),
               describe(said(std::string(1000, 'x'))));
  expect_taken(compressed(1, deflated_text(std::string(1001, 'x'))), "!1009 ");
  expect_taken(compressed(2, deflated_text(std::string(5'000'000, 'x')).substr(0, 1200)), "!1009 ");
}

// What does not get smaller takes a few bytes more than its text. That much is taken, by its
// header.
TEST(WebSocketDeflate, ACompressedMessageMayBeALittleLarger) {
  const std::string text(1000, 'x');
  std::string stored;
  for (int i = 0; i < 4; ++i) {
    stored += std::string("\x00\xfa\x00\x05\xff", 5) + text.substr(0, 250);
  }
  stored += '\0';
  ASSERT_EQ(stored.size(), 1021u);
  EXPECT_EQ(taken({compressed(1, stored)}), describe(said(text)));
  EXPECT_EQ(taken({std::string_view("\xC2\xFE\x05\x22", 4)}), "");        // 1314 bytes
  EXPECT_EQ(taken({std::string_view("\xC2\xFE\x05\x23", 4)}), "!1009 ");  // 1315 bytes
  EXPECT_EQ(taken({first_part(2, std::string(1000, '\0')), part(0, true, std::string(400, 'x'))}),
            "!1009 ");
}

// A client's codec stands for a browser.
std::string read_by_client(const std::string& bytes, bool inflates) {
  WebSocketCodec codec(WebSocketRole::kClient, {.message_bytes_max = 1 << 20}, inflates);
  Listing listing;
  if (const auto used = codec.feed(bytes, listing); !used) {
    listing.add_violation(used.error().close_code);
  }
  return listing.text();
}

TEST(WebSocketDeflate, LongMessagesAreSentCompressed) {
  const std::string text(kDeflateBytesMin, 'x');
  for (const unsigned bits : {9u, 10u, 11u, 12u}) {
    std::string bytes;
    append_message_frame(bytes, Opcode::kText, text, bits);
    EXPECT_LT(bytes.size(), 50u);
    EXPECT_EQ(static_cast<unsigned char>(bytes[0]), 0xC1);
    EXPECT_EQ(read_by_client(bytes, true), describe(said(text)));
    EXPECT_EQ(read_by_client(bytes, false), "!1002 ");
  }
}

TEST(WebSocketDeflate, ShortOrDenseMessagesAreSentPlain) {
  std::string dense;
  for (unsigned i = 0; dense.size() < 4000; ++i)
    dense += static_cast<char>((i * i * 2654435761u) >> 24);
  const std::string kShort(kDeflateBytesMin - 1, 'x');
  for (const std::string& message : {kShort, dense}) {
    std::string bytes;
    append_message_frame(bytes, Opcode::kBinary, message, 12);
    EXPECT_EQ(read_by_client(bytes, false), describe(binary(message)));
  }
  std::string bytes;
  append_message_frame(bytes, Opcode::kText, std::string(5000, 'x'), 0);
  EXPECT_EQ(read_by_client(bytes, false), describe(said(std::string(5000, 'x'))));
}

}  // namespace
}  // namespace courtside
