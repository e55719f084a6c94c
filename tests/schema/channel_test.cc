// Goal: which texts are channels, which are patterns, and which are neither.
#include "schema/channel.h"

#include <gtest/gtest.h>

#include <string>

namespace courtside {
namespace {

TEST(Channel, IsKindAndId) {
  const std::string longest_kind(kChannelKindBytesMax, 'k');
  const std::string longest_id(kChannelIdBytesMax, 'i');
  const std::string channels[] = {"booking:b_1",
                                  "user:42",
                                  "a:b",
                                  "k_9:x",
                                  "user:a:b",
                                  "chat: ",
                                  "user:**",
                                  "user:*x",
                                  "user:J\xc3\xbcrgen \xf0\x9f\x8f\x90",
                                  "user:3e0f9c1a-0000-4000-8000-000000000000",
                                  longest_kind + ":" + longest_id};
  for (const std::string& text : channels) {
    EXPECT_TRUE(is_channel(text)) << text;
    EXPECT_FALSE(is_channel_pattern(text)) << text;
  }
}

TEST(Channel, IsNothingElse) {
  const std::string too_long_kind(kChannelKindBytesMax + 1, 'k');
  const std::string too_long_id(kChannelIdBytesMax + 1, 'i');
  const std::string refused[] = {"",
                                 ":",
                                 "user",
                                 "user:",
                                 ":42",
                                 "User:42",
                                 "9user:42",
                                 "_user:42",
                                 "us er:42",
                                 "us-er:42",
                                 "\xc3\xbcser:42",
                                 "user:\n",
                                 "user:a\tb",
                                 "user:\x7f",
                                 "user:\xc2\x85",  // U+0085
                                 "user:\xff",
                                 "user:\xc3",
                                 "user:\xed\xa0\x80",  // not UTF-8
                                 std::string("user:a\0b", 8),
                                 too_long_kind + ":1",
                                 "user:" + too_long_id};
  for (const std::string& text : refused) {
    EXPECT_FALSE(is_channel(text)) << text;
    EXPECT_FALSE(is_channel_pattern(text)) << text;
  }
}

TEST(Channel, PatternsAreStarAndKindStar) {
  for (const char* text : {"*", "user:*", "k_9:*"}) {
    EXPECT_TRUE(is_channel_pattern(text)) << text;
    EXPECT_FALSE(is_channel(text)) << text;
  }
  for (const char* text : {"**", ":*", "*:*", "user*", "User:*", "user:*:*", "*:42"}) {
    EXPECT_FALSE(is_channel_pattern(text)) << text;
  }
}

TEST(Channel, FallsIntoItsParts) {
  EXPECT_EQ(channel_kind("booking:b:1"), "booking");
  EXPECT_EQ(channel_id("booking:b:1"), "b:1");
  EXPECT_EQ(channel_kind("booking:*"), "booking");
}

TEST(Channel, RepeatsAreRemovedInOrder) {
  const std::string long_name = "user:" + std::string(60, 'x');
  std::vector<std::string> channels = {"user:2", long_name, "user:1",
                                       "user:2", long_name, "user:3"};
  remove_repeats(channels);
  EXPECT_EQ(channels, (std::vector<std::string>{"user:2", long_name, "user:1", "user:3"}));
}

}  // namespace
}  // namespace courtside
