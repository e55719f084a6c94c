// Goal: messages come back as they were and never larger, zlib reads what we write, and broken or
// huge input is told within its bounds.
#include "base/message_deflate.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include <random>

namespace courtside {
namespace {

using Outcome = MessageInflater::Outcome;

std::string json_of(int events) {
  std::string text;
  for (int i = 0; i < events; ++i) {
    text +=
        R"({"type":"booking.created","subject":"booking:b_)" + std::to_string(i * 7919) + "\"},";
  }
  return text;
}

std::string random_bytes(std::size_t count) {
  std::mt19937 random(7);
  std::string bytes(count, '\0');
  for (char& byte : bytes) byte = static_cast<char>(random());
  return bytes;
}

// Compressed by zlib alone, with its own parameters. `flush` ends it.
std::string zlib_deflated(const std::string& text, int flush, int window_bits = 15, int level = 6,
                          int memory_level = 8) {
  z_stream stream{};
  deflateInit2(&stream, level, Z_DEFLATED, -window_bits, memory_level, Z_DEFAULT_STRATEGY);
  std::string input = text;
  std::string out(2 * text.size() + 100, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(input.data());
  stream.avail_in = static_cast<uInt>(input.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, flush);
  out.resize(out.size() - stream.avail_out);
  deflateEnd(&stream);
  return out;
}

// As RFC 7692 sends it.
std::string sent(const std::string& text, int window_bits = 15, int level = 6,
                 int memory_level = 8) {
  std::string out = zlib_deflated(text, Z_SYNC_FLUSH, window_bits, level, memory_level);
  out.resize(out.size() - 4);
  return out;
}

// The text, or "too large" or "broken".
std::string inflated(const std::string& bytes, std::size_t bytes_max = 1 << 20) {
  static MessageInflater inflater;
  std::string out;
  switch (inflater.append(out, bytes, bytes_max)) {
    case Outcome::kWhole: return out;
    case Outcome::kTooLarge: EXPECT_LE(out.size(), bytes_max); return "too large";
    case Outcome::kBroken: EXPECT_LE(out.size(), bytes_max); return "broken";
  }
  return "?";
}

TEST(MessageDeflate, MessagesComeBackFromEveryWindow) {
  for (unsigned bits = MessageDeflater::kWindowBitsMin; bits <= MessageDeflater::kWindowBitsMax;
       ++bits) {
    MessageDeflater deflater(bits);
    for (const int events : {20, 1, 2000, 20}) {
      const std::string text = json_of(events);
      std::string out = "before";
      ASSERT_TRUE(deflater.append(out, text));
      EXPECT_EQ(out.substr(0, 6), "before");
      EXPECT_LT(out.size() - 6, text.size());
      EXPECT_EQ(inflated(out.substr(6)), text);
    }
  }
}

// A receiver may give itself only the window that was agreed on.
TEST(MessageDeflate, NothingRefersBeyondTheWindow) {
  for (unsigned bits = MessageDeflater::kWindowBitsMin; bits <= MessageDeflater::kWindowBitsMax;
       ++bits) {
    const std::string block = random_bytes(3000);
    const std::string text = block + block + json_of(300) + block + json_of(300);
    std::string out;
    ASSERT_TRUE(MessageDeflater(bits).append(out, text));
    out.append("\x00\x00\xff\xff", 4);
    z_stream stream{};
    inflateInit2(&stream, -static_cast<int>(bits));
    std::string back(text.size() + 1, '\0');
    stream.next_in = reinterpret_cast<Bytef*>(out.data());
    stream.avail_in = static_cast<uInt>(out.size());
    // In small pieces, so that zlib must look into its window and not into the output.
    int result = Z_OK;
    std::size_t made = 0;
    while (result == Z_OK && made < text.size()) {
      stream.next_out = reinterpret_cast<Bytef*>(back.data() + made);
      stream.avail_out = static_cast<uInt>(std::min<std::size_t>(100, back.size() - made));
      const uInt room = stream.avail_out;
      result = inflate(&stream, Z_SYNC_FLUSH);
      made += room - stream.avail_out;
    }
    EXPECT_EQ(result, Z_OK) << bits;
    EXPECT_TRUE(back.substr(0, made) == text) << bits;
    inflateEnd(&stream);
  }
}

TEST(MessageDeflate, TheSameMessageGivesTheSameBytes) {
  MessageDeflater deflater(12);
  std::string first, second, other;
  ASSERT_TRUE(deflater.append(first, json_of(9)));
  ASSERT_TRUE(deflater.append(other, json_of(100)));
  ASSERT_TRUE(deflater.append(second, json_of(9)));
  EXPECT_EQ(first, second);
}

TEST(MessageDeflate, WhatGetsNoSmallerIsLeftAlone) {
  MessageDeflater deflater(12);
  for (const std::string& text :
       {std::string(), std::string("a"), random_bytes(5), random_bytes(100'000)}) {
    std::string out = "before";
    EXPECT_FALSE(deflater.append(out, text));
    EXPECT_EQ(out, "before");
  }
  std::string out;
  EXPECT_TRUE(deflater.append(out, json_of(3)));  // and it works on
  EXPECT_EQ(inflated(out), json_of(3));
}

TEST(MessageInflate, ReadsEverySenderOfZlib) {
  for (const std::string& text : {std::string("a"), json_of(1), json_of(3000), random_bytes(70'000),
                                  std::string(), std::string(70'000, 'x')}) {
    for (const int window_bits : {9, 12, 15}) {
      for (const int level : {0, 1, 9}) {
        for (const int memory_level : {1, 9}) {
          EXPECT_TRUE(inflated(sent(text, window_bits, level, memory_level)) == text);
        }
      }
    }
  }
}

// The examples of RFC 7692, section 7.2.3.
TEST(MessageInflate, ReadsTheExamplesOfTheRfc) {
  EXPECT_EQ(inflated("\xf2\x48\xcd\xc9\xc9\x07" + std::string(1, '\0')), "Hello");
  EXPECT_EQ(inflated(std::string("\x00\x05\x00\xfa\xff\x48\x65\x6c\x6c\x6f\x00", 11)), "Hello");
  EXPECT_EQ(inflated(std::string("\xf3\x48\xcd\xc9\xc9\x07\x00\x00", 8)), "Hello");
  EXPECT_EQ(inflated(std::string("\xf2\x48\x05\x00\x00\x00\xff\xff\xca\xc9\xc9\x07\x00", 13)),
            "Hello");
  EXPECT_EQ(inflated(std::string(1, '\0')), "");
}

TEST(MessageInflate, BlocksMayBeEmptyOrFinalOrNotLeftOut) {
  const std::string hello = zlib_deflated("Hello", Z_FINISH);
  const std::string stored_end("\x00\x00\x00\xff\xff", 5);
  EXPECT_EQ(inflated(hello), "Hello");  // nothing follows the final block
  EXPECT_EQ(inflated(hello + hello + std::string(1, '\0')), "HelloHello");
  EXPECT_EQ(inflated(stored_end + stored_end + hello), "Hello");
  EXPECT_EQ(inflated(zlib_deflated("Hello", Z_SYNC_FLUSH)), "Hello");
  EXPECT_EQ(inflated(sent("Hello") + std::string("\x00\x00\xff\xff", 4)), "Hello");
  EXPECT_EQ(inflated(""), "");
  std::string many;
  for (int i = 0; i < 10'000; ++i) many += stored_end;
  EXPECT_EQ(inflated(many), "");
  // A final block whose output fills our buffer to its last byte.
  for (const std::size_t size : {16'384u, 32'768u, 16'385u}) {
    EXPECT_TRUE(inflated(zlib_deflated(std::string(size, 'x'), Z_FINISH)) ==
                std::string(size, 'x'));
  }
}

TEST(MessageInflate, StopsAtItsBound) {
  const std::string bomb = sent(std::string(10'000'000, '\0'));
  ASSERT_LT(bomb.size(), 20'000u);
  EXPECT_EQ(inflated(bomb, 65'536), "too large");
  EXPECT_EQ(inflated(sent(json_of(9)), json_of(9).size()), json_of(9));
  EXPECT_EQ(inflated(sent(json_of(9)), json_of(9).size() - 1), "too large");
  EXPECT_EQ(inflated(sent("a"), 0), "too large");
  EXPECT_EQ(inflated(sent(""), 0), "");
}

TEST(MessageInflate, TellsWhatIsNoDeflate) {
  EXPECT_EQ(inflated("\xff\xff\xff"), "broken");
  EXPECT_EQ(inflated("\x07"), "broken");  // block type 3
  EXPECT_EQ(inflated(std::string("\x00\x05\x00\x00\x00Hello", 10)),
            "broken");  // LEN and NLEN differ
  EXPECT_EQ(inflated(json_of(1)), "broken");
  EXPECT_EQ(inflated(random_bytes(1000)), "broken");
  const std::string good = sent(json_of(30));
  for (std::size_t cut = 1; cut < good.size(); ++cut) {
    ASSERT_NE(inflated(good.substr(0, cut)), json_of(30)) << cut;
  }
  EXPECT_EQ(inflated(good.substr(0, good.size() / 2)), "broken");
  EXPECT_EQ(inflated(good), json_of(30));  // and it works on
}

// A message must not refer to the one before it: the context was not agreed to be kept.
TEST(MessageInflate, ForgetsEachMessage) {
  z_stream stream{};
  deflateInit2(&stream, 6, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY);
  std::string text = json_of(5);
  const auto next = [&] {
    std::string out(4096, '\0');
    stream.next_in = reinterpret_cast<Bytef*>(text.data());
    stream.avail_in = static_cast<uInt>(text.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    deflate(&stream, Z_SYNC_FLUSH);
    out.resize(out.size() - stream.avail_out - 4);
    return out;
  };
  EXPECT_EQ(inflated(next()), text);
  EXPECT_EQ(inflated(next()), "broken");
  deflateEnd(&stream);
}

}  // namespace
}  // namespace courtside
