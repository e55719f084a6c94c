// Goal: the reader accepts exactly RFC 8259, all or nothing, and returns values byte for byte.
#include "schema/json_reader.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace courtside {
namespace {

// Each value also inside arrays and objects, which other code reads.
std::vector<std::string> settings_of(const std::string& value) {
  return {value, "[" + value + "]", "{\"k\":" + value + "}", " [ 0 , " + value + " , {} ] ",
          "{\"a\":[],\"b\":{\"c\":" + value + "}}"};
}

bool is_json(const std::string& text) { return !read_json(text).is(JsonKind::kNone); }

TEST(JsonReader, TakesEveryValueOfTheGrammar) {
  const std::string values[] = {"0",
                                "-0",
                                "1",
                                "-1",
                                "10",
                                "0.5",
                                "-0.5",
                                "1e5",
                                "1E5",
                                "1e+5",
                                "1e-5",
                                "0e0",
                                "0.0e-0",
                                "1e400",
                                "-1e-400",
                                "123456789012345678901234567890",
                                "0.1000000000000000055511151231257827",
                                "true",
                                "false",
                                "null",
                                "\"\"",
                                "\" \"",
                                "\"a\"",
                                "\"\xc3\xbc\"",
                                "\"\xf0\x9f\x8f\x90\"",
                                R"("\"\\\/\b\f\n\r\t")",
                                R"("\u0000\u00e9\uD83C\uDFD0\uABCD\uabcd")",
                                R"("\ud800")",
                                R"("\udc00\ud800")",
                                "\"\x7f\"",
                                "\"1234567\"",
                                "\"12345678\"",
                                "\"123456789\"",
                                "\"1234567\\n\"",
                                "\"12345678\\n90123456\"",
                                "[]",
                                "[ ]",
                                "{}",
                                "{ }",
                                "[[]]",
                                "[{}]",
                                "[1,2]",
                                "[ 1 , 2 ]",
                                "{\"a\":1}",
                                "{ \"a\" : 1 , \"a\" : 2 }",
                                "{\"\":0}",
                                R"({"\u0061":1})",
                                "[1,[2,[3,{\"a\":[4]}]],5]",
                                "\t\n\r [\t\n\r 1\t\n\r ]\t\n\r "};
  for (const std::string& value : values) {
    for (const std::string& text : settings_of(value)) EXPECT_TRUE(is_json(text)) << text;
  }
}

TEST(JsonReader, RefusesEverythingElse) {
  const std::string values[] = {"",
                                " ",
                                "-",
                                "+1",
                                "01",
                                "-01",
                                "00",
                                "1.",
                                ".5",
                                "1.e5",
                                "1e",
                                "1e+",
                                "1ee5",
                                "0x1",
                                "1_0",
                                "NaN",
                                "Infinity",
                                "-Infinity",
                                "tru",
                                "truee",
                                "True",
                                "nul",
                                "nulll",
                                "undefined",
                                "\"",
                                "\"a",
                                "'a'",
                                "\"\\\"",
                                R"("\x41")",
                                R"("\u12")",
                                R"("\u12g4")",
                                R"("\U0041")",
                                "\"\\",
                                R"("\)"
                                "\n\"",
                                "\"\n\"",
                                "\"\t\"",
                                "\"1234567\n\"",
                                "\"\x1f\"",
                                std::string("\"\0\"", 3),
                                std::string("\"\\\0\"", 4),
                                "[",
                                "]",
                                "[1",
                                "[1,",
                                "[1,]",
                                "[,1]",
                                "[1 2]",
                                "[1,,2]",
                                "{",
                                "}",
                                "{\"a\"",
                                "{\"a\":",
                                "{\"a\":1",
                                "{\"a\":1,",
                                "{\"a\":1,}",
                                "{,\"a\":1}",
                                "{a:1}",
                                "{1:1}",
                                "{\"a\" 1}",
                                "{\"a\":1 \"b\":2}",
                                "{\"a\"::1}",
                                "[1}",
                                "{\"a\":1]",
                                "[[]",
                                "{}}",
                                "1 2",
                                "[] []",
                                "// 1",
                                "[1] // x",
                                "/**/1",
                                "\xef\xbb\xbf"
                                "1",  // byte order mark
                                "\"\xff\"",
                                "\"\xc3\"",
                                "\"\xed\xa0\x80\"",
                                "\"\xf5\x80\x80\x80\"",
                                "\xc2\xa0"
                                "1",
                                "[1]\v",
                                "\f[1]"};
  for (const std::string& value : values) {
    for (const std::string& text : settings_of(value)) {
      // An empty value makes [] and the like, which are valid.
      if (value.find_first_not_of(" ") == std::string::npos && text == "[" + value + "]") continue;
      EXPECT_FALSE(is_json(text)) << text;
    }
  }
}

// A truncated text is never valid, and nothing is read beyond its end.
TEST(JsonReader, RefusesEveryTruncation) {
  const std::string text = R"({"a":[1.5e+3,"x\u0041\n",true,{"b":null}],"long text":"0123456789"})";
  ASSERT_TRUE(is_json(text));
  for (std::size_t size = 0; size < text.size(); ++size) {
    const std::string cut(text, 0, size);
    std::vector<char> exact(cut.begin(), cut.end());  // so that a sanitizer sees its end
    EXPECT_TRUE(read_json({exact.data(), exact.size()}).is(JsonKind::kNone)) << cut;
  }
}

TEST(JsonReader, TellsKindBytesAndDepth) {
  const JsonValue value = read_json(R"( { "a" : [ [ ] , "\n" ] } )");
  EXPECT_EQ(value.kind, JsonKind::kObject);
  EXPECT_EQ(value.raw, R"({ "a" : [ [ ] , "\n" ] })");
  EXPECT_EQ(value.depth, 3u);
  EXPECT_EQ(read_json("1").depth, 0u);
  EXPECT_EQ(read_json("[1,{}]").depth, 2u);
  EXPECT_EQ(read_json("[[],[]]").depth, 2u);
}

TEST(JsonReader, WalksMembersAndElements) {
  JsonReader reader(R"({"a":1,"b":[10,[20],{"c":30}],"d":{}})");
  std::string seen;
  ASSERT_TRUE(reader.begin_object());
  while (reader.next_member()) {
    seen.append(reader.key().raw).append("=");
    if (reader.peek() == JsonKind::kArray) {
      ASSERT_TRUE(reader.begin_array());
      while (reader.next_element()) seen.append(reader.value().raw).append(";");
    } else {
      seen.append(reader.value().raw).append(";");
    }
  }
  EXPECT_TRUE(reader.at_end());
  EXPECT_EQ(seen, R"("a"=1;"b"=10;[20];{"c":30};"d"={};)");
}

TEST(JsonReader, StopsAtAFaultForGood) {
  JsonReader reader(R"({"a":tru,"b":1})");
  ASSERT_TRUE(reader.begin_object());
  ASSERT_TRUE(reader.next_member());
  EXPECT_TRUE(reader.value().is(JsonKind::kNone));
  EXPECT_FALSE(reader.next_member());
  EXPECT_FALSE(reader.begin_array());
  EXPECT_TRUE(reader.faulty());
  EXPECT_FALSE(reader.at_end());
}

// A message full of brackets must not exhaust the stack.
TEST(JsonReader, DepthIsBoundedByTheTextOnly) {
  const std::size_t depth = 200'000;
  const std::string text = std::string(depth, '[') + std::string(depth, ']');
  EXPECT_EQ(read_json(text).depth, depth);
  EXPECT_FALSE(is_json(text.substr(1)));
}

TEST(JsonReader, DecodesTexts) {
  const auto text = [](const char* token) {
    std::string scratch;
    const auto decoded = json_text(read_json(token), scratch);
    return decoded ? std::string(*decoded) : std::string("(none)");
  };
  EXPECT_EQ(text(R"("")"), "");
  EXPECT_EQ(text(R"("plain")"), "plain");
  EXPECT_EQ(text(R"("a\"b\\c\/d")"), "a\"b\\c/d");
  EXPECT_EQ(text(R"("\b\f\n\r\t")"), "\b\f\n\r\t");
  EXPECT_EQ(text(R"("\u0041\u00e9\u20AC\ud83c\udfd0!")"), "A\xc3\xa9\xe2\x82\xac\xf0\x9f\x8f\x90!");
  EXPECT_EQ(text(R"("\u0000")"), std::string(1, '\0'));
  for (const char* half : {R"("\ud83c")", R"("\ud83cx")", R"("\ud83c\n")", R"("\ud83c\u0041")",
                           R"("\udfd0")", R"("\ud83c\ud83c")"}) {
    EXPECT_EQ(text(half), "(none)") << half;
  }
}

TEST(JsonReader, IntegersAreWrittenAsSuch) {
  EXPECT_EQ(json_integer(read_json("42")), 42);
  EXPECT_EQ(json_integer(read_json("-42")), -42);
  EXPECT_EQ(json_integer(read_json("9223372036854775807")), 9223372036854775807);
  for (const char* other : {"1.0", "1e2", "9223372036854775808", "\"1\"", "null", "[]"}) {
    EXPECT_FALSE(json_integer(read_json(other))) << other;
  }
}

}  // namespace
}  // namespace courtside
