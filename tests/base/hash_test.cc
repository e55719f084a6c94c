// Goal: digests match the standards and differ for different pairs of names; random words are valid
// and differ; base64 is decoded strictly.
#include "base/hash.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <unordered_set>

namespace courtside {
namespace {

TEST(Hash128, IsTheBeginningOfSha256OverLengthAndTexts) {
  // printf '\1\0\0\0\0\0\0\0abc' | sha256sum, each half in little-endian order. Stored logs depend
  // on it: this digest must never change.
  const Hash128 digest = hash128("a", "bc");
  EXPECT_EQ(digest.high, 0x326ac35b04c7a522ULL);
  EXPECT_EQ(digest.low, 0x6d94e7f43f064fe6ULL);
}

TEST(Sha256, IsTheStandards) {
  const Sha256 digest = sha256("abc");
  EXPECT_EQ(digest[0], 0xba);
  EXPECT_EQ(digest[1], 0x78);
  EXPECT_EQ(digest[31], 0xad);
}

TEST(Sha256, IsTheSameOnlyWhenEveryByteIs) {
  const Sha256 digest = sha256("abc");
  EXPECT_TRUE(equal_in_constant_time(digest, sha256("abc")));
  for (std::size_t i = 0; i < digest.size(); ++i) {
    Sha256 other = digest;
    other[i] ^= 1;
    EXPECT_FALSE(equal_in_constant_time(digest, other)) << i;
  }
}

TEST(Hash128, KeepsApartWhatReadsAlikeTogether) {
  EXPECT_NE(hash128("a", "bc"), hash128("ab", "c"));
  EXPECT_NE(hash128("", "abc"), hash128("abc", ""));
  EXPECT_NE(hash128("a", "b"), hash128("b", "a"));
  EXPECT_NE(hash128("", ""), hash128("", std::string_view("\0", 1)));
  EXPECT_NE(hash128(std::string_view("\0", 1), ""), hash128("", std::string_view("\0", 1)));
  EXPECT_EQ(hash128("/web", "1"), hash128("/web", "1"));
}

TEST(Hash128, SpreadsOverTheTableThatItIsAKeyOf) {
  std::unordered_set<Hash128> seen;
  for (int i = 0; i < 10'000; ++i) seen.insert(hash128("/web", std::to_string(i)));
  EXPECT_EQ(seen.size(), 10'000u);
}

TEST(RandomWord, IsAWordOfItsLengthThatBeginsWithALetter) {
  EXPECT_EQ(random_word(0), "");
  for (std::size_t length = 1; length < 64; ++length) {
    const std::string word = random_word(length);
    ASSERT_EQ(word.size(), length);
    EXPECT_TRUE(word[0] >= 'a' && word[0] <= 'z') << word;
    EXPECT_TRUE(std::all_of(word.begin(), word.end(), [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    })) << word;
  }
}

TEST(RandomWord, IsNeverTheSameTwiceAndFavoursNoCharacter) {
  std::set<std::string> words;
  std::map<char, int> counts;
  for (int i = 0; i < 2000; ++i) {
    const std::string word = random_word(19);
    EXPECT_TRUE(words.insert(word).second) << word;
    for (const char c : word.substr(1)) ++counts[c];
  }
  // 36,000 characters of 36 kinds: 1,000 of each, standard deviation 31. Ten deviations do not
  // happen by chance; `byte % 36` without rejection would give about 1,125 of some.
  EXPECT_EQ(counts.size(), 36u);
  for (const auto& [c, count] : counts) EXPECT_NEAR(count, 1000, 310) << c;
}

TEST(Base64, WritesTheVectorsOfRfc4648) {
  EXPECT_EQ(base64_encode(""), "");
  EXPECT_EQ(base64_encode("f"), "Zg==");
  EXPECT_EQ(base64_encode("fo"), "Zm8=");
  EXPECT_EQ(base64_encode("foo"), "Zm9v");
  EXPECT_EQ(base64_encode("foob"), "Zm9vYg==");
  EXPECT_EQ(base64_encode("fooba"), "Zm9vYmE=");
  EXPECT_EQ(base64_encode("foobar"), "Zm9vYmFy");
  EXPECT_EQ(base64_encode("\xfb\xff\xfe"), "+//+");
}

TEST(Base64, ReadsBackWhatItWroteForEveryLengthAndByte) {
  std::string bytes;
  for (int i = 0; i < 600; ++i) {
    std::string back = "stale";
    ASSERT_TRUE(base64_decode(base64_encode(bytes), back)) << i;
    ASSERT_EQ(back, bytes) << i;
    bytes.push_back(static_cast<char>(i));
  }
}

TEST(Base64, RefusesWhatIsMalformed) {
  std::string out;
  for (const char* text : {"Z", "Zg", "Zg=", "Zg===", "=", "====", "Z===", "Zg==Zg==", "Zm9v\n",
                           " Zm9v", "Zm9 ", "Zm-_", "Zm9v====", "Zm9%", "Z=9v", "Zm=v"}) {
    EXPECT_FALSE(base64_decode(text, out)) << text;
  }
}

TEST(Sha1, IsTheOneOfTheHandshake) {
  // RFC 6455, section 1.3: the key of its example.
  EXPECT_EQ(base64_encode(sha1("dGhlIHNhbXBsZSBub25jZQ==258EAFA5-E914-47DA-95CA-C5AB0DC85B11")),
            "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  EXPECT_EQ(sha1("").size(), 20u);
}

TEST(Hash, Sha256OfPiecesIsThatOfTheWhole) {
  std::string text;
  Sha256Stream stream;
  for (int i = 0; i < 100; ++i) {
    const std::string piece(static_cast<std::size_t>(i * 7), 'x');
    text += piece;
    stream.append(piece);
  }
  EXPECT_EQ(stream.finish(), sha256(text));
  EXPECT_EQ(hex(Sha256Stream().finish()),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

}  // namespace
}  // namespace courtside
