// Goal: the libraries' own decoders read the output, flushed page by flushed page and member by
// member; the same calls give the same bytes.
#include "base/compress.h"

#include <gtest/gtest.h>

#include "tests/support/decompress.h"

namespace courtside {
namespace {

using Then = Compressor::Then;

std::optional<Decompressed> decompressed(Coding coding, std::string_view bytes) {
  if (coding == Coding::kGzip) return gunzip(bytes);
  if (coding == Coding::kZstd) return unzstd(bytes);
  return Decompressed{std::string(bytes), true};
}

std::string page(int number) {
  std::string text;
  for (int i = 0; i < 3000; ++i) text += "{\"event\":" + std::to_string(number * i) + "}\n";
  return text;
}

class Compress : public ::testing::TestWithParam<Coding> {};
INSTANTIATE_TEST_SUITE_P(EveryCoding, Compress,
                         ::testing::Values(Coding::kIdentity, Coding::kGzip, Coding::kZstd),
                         [](const auto& each) { return std::string(name_of(each.param)); });

TEST_P(Compress, WholeTextsComeBack) {
  for (const std::string& text : {std::string(), std::string("a"), page(7)}) {
    const auto back = decompressed(GetParam(), compressed(GetParam(), text));
    ASSERT_TRUE(back);
    EXPECT_EQ(back->text, text);
    EXPECT_TRUE(back->whole);
  }
}

TEST_P(Compress, WhatWasFlushedCanBeReadBeforeTheEnd) {
  Compressor compressor(GetParam());
  std::string out;
  std::string sent;
  for (int i = 0; i < 5; ++i) {
    sent += page(i);
    compressor.append(out, page(i), Then::kFlush);
    const auto back = decompressed(GetParam(), out);
    ASSERT_TRUE(back);
    EXPECT_EQ(back->text, sent);
    EXPECT_EQ(back->whole, GetParam() == Coding::kIdentity);
  }
  compressor.append(out, "", Then::kEnd);
  EXPECT_TRUE(decompressed(GetParam(), out)->whole);
}

TEST_P(Compress, MembersFollowEachOtherAndEachIsWhole) {
  Compressor compressor(GetParam());
  std::string out;
  compressor.append(out, page(1), Then::kMore);
  compressor.append(out, page(2), Then::kEnd);
  const std::size_t first = out.size();
  compressor.append(out, page(3), Then::kEnd);
  EXPECT_EQ(decompressed(GetParam(), out.substr(0, first))->text, page(1) + page(2));
  EXPECT_EQ(decompressed(GetParam(), out)->text, page(1) + page(2) + page(3));
  // A new compressor makes the same member.
  EXPECT_EQ(out.substr(first), compressed(GetParam(), page(3)));
}

TEST(CompressTest, IsWorthIt) {
  EXPECT_LT(compressed(Coding::kGzip, page(3)).size() * 4, page(3).size());
  EXPECT_LT(compressed(Coding::kZstd, page(3)).size() * 4, page(3).size());
}

TEST(CompressTest, CodingsHaveTheNamesOfHttp) {
  for (const Coding coding : {Coding::kIdentity, Coding::kGzip, Coding::kZstd}) {
    EXPECT_EQ(coding_from_name(name_of(coding)), coding);
  }
  EXPECT_FALSE(coding_from_name("br"));
}

}  // namespace
}  // namespace courtside
