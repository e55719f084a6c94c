// Goal: decoding returns the encoded bytes, and each byte sequence has exactly one accepted
// encoding.
#include "base/base64url.h"

#include <gtest/gtest.h>

namespace courtside {
namespace {

TEST(Base64Url, WritesWhatTheStandardDoes) {
  EXPECT_EQ(base64url_encode(""), "");
  EXPECT_EQ(base64url_encode("f"), "Zg");
  EXPECT_EQ(base64url_encode("fo"), "Zm8");
  EXPECT_EQ(base64url_encode("foo"), "Zm9v");
  EXPECT_EQ(base64url_encode("foob"), "Zm9vYg");
  EXPECT_EQ(base64url_encode("\xfb\xff\xbf"), "-_-_");
}

TEST(Base64Url, ReadsBackWhatItWrote) {
  std::string bytes;
  for (int i = 0; i < 300; ++i) {
    std::string again;
    ASSERT_TRUE(base64url_decode(base64url_encode(bytes), again)) << i;
    ASSERT_EQ(again, bytes) << i;
    bytes.push_back(static_cast<char>(i * 7));
  }
}

TEST(Base64Url, RefusesEveryOtherSpelling) {
  std::string out;
  for (const char* text : {"Zg==", "Zg=", "Z", "Zm9vY", "Zm8 ", " Zm8", "Zm\n8", "Zm+8", "Zm/8",
                           "Zm8.", "Zm\xc3\xa9"}) {
    EXPECT_FALSE(base64url_decode(text, out)) << text;
  }
  // These decode to the same byte as "Zg" apart from unused bits that are not zero.
  for (const char* text : {"Zh", "Zi", "Zo", "Zv", "Zm9", "Zm-"}) {
    EXPECT_FALSE(base64url_decode(text, out)) << text;
  }
}

}  // namespace
}  // namespace courtside
