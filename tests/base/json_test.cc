// Goal: whatever text goes in, the output is one JSON value with the same content.
#include "base/json.h"

#include <gtest/gtest.h>

namespace courtside {
namespace {

std::string as_json(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

TEST(JsonString, IsTheTextInQuotes) {
  EXPECT_EQ(as_json(""), R"("")");
  EXPECT_EQ(as_json("booking:b_1"), R"("booking:b_1")");
  EXPECT_EQ(as_json("gr\xc3\xbc\xc3\x9f"), "\"gr\xc3\xbc\xc3\x9f\"");  // UTF-8 is not escaped
  EXPECT_EQ(as_json("a/b"), R"("a/b")");
}

TEST(JsonString, EscapesWhatRfc8259Wants) {
  EXPECT_EQ(as_json("say \"hi\""), R"("say \"hi\"")");
  EXPECT_EQ(as_json("a\\b"), R"("a\\b")");
  EXPECT_EQ(as_json("a\nb\tc\rd"), R"("a\nb\tc\rd")");
  EXPECT_EQ(as_json(std::string_view("\0", 1)), R"("\u0000")");
  EXPECT_EQ(as_json("\x01\x0b\x1f"), R"("\u0001\u000b\u001f")");
  EXPECT_EQ(as_json("\x7f"), "\"\x7f\"");  // DEL needs no escape
  EXPECT_EQ(as_json("\"\"\""), R"("\"\"\"")");
}

TEST(JsonString, LeavesNoControlCharacterAsItIs) {
  for (int c = 0; c < 0x20; ++c) {
    const std::string text = as_json(std::string(1, static_cast<char>(c)));
    for (const char each : text) EXPECT_GE(static_cast<unsigned char>(each), 0x20) << c;
  }
}

// Text is looked at eight bytes at a time.
TEST(JsonString, EscapesAtEveryPlace) {
  for (std::size_t size = 1; size <= 20; ++size) {
    for (std::size_t place = 0; place < size; ++place) {
      for (int byte = 0; byte < 256; ++byte) {
        std::string text(size, '!');
        text[place] = static_cast<char>(byte);
        std::string alone;
        append_json_string(alone, text.substr(place, 1));
        std::string expected = text;
        expected.replace(place, 1, alone.substr(1, alone.size() - 2));
        std::string out;
        append_json_string(out, text);
        ASSERT_EQ(out, '"' + expected + '"') << size << ' ' << place << ' ' << byte;
      }
    }
  }
}

TEST(JsonString, IsAppended) {
  std::string out = "[";
  append_json_string(out, "a");
  EXPECT_EQ(out, "[\"a\"");
}

TEST(JsonObject, HoldsItsMembersInTheOrderOfWriting) {
  JsonObject object;
  EXPECT_TRUE(object.empty());
  object.text("code", "not_found").number("status", 404).boolean("retryable", false);
  EXPECT_FALSE(object.empty());
  object.boolean("known", true).raw("details", R"({"a":[1]})").real("busy", 0.25);
  EXPECT_EQ(object.take(), R"({"code":"not_found","status":404,"retryable":false,"known":true,)"
                           R"("details":{"a":[1]},"busy":0.25})");
}

TEST(JsonObject, MayBeEmptyAndEscapesNamesToo) {
  EXPECT_EQ(JsonObject().take(), "{}");
  EXPECT_EQ(JsonObject().text("a\"b", "c\"d").take(), R"({"a\"b":"c\"d"})");
}

TEST(JsonObject, WritesListsOfTexts) {
  EXPECT_EQ(JsonObject().texts("of", {}).texts("to", {"a", "\"", ""}).take(),
            R"({"of":[],"to":["a","\"",""]})");
}

TEST(JsonObject, WritesTheLargestNumbers) {
  EXPECT_EQ(JsonObject().number("n", 18'446'744'073'709'551'615ULL).take(),
            R"({"n":18446744073709551615})");
}

}  // namespace
}  // namespace courtside
