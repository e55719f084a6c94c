// Goal: whatever JSON a producer sends as data, subscribers get the same bytes, over every input
// and every output.
#include <gtest/gtest.h>

#include <random>
#include <string>

#include "schema/json_reader.h"
#include "schema/protocol.h"
#include "tests/schema/cloudevent_fixture.h"
#include "tests/schema/event_fixture.h"

namespace courtside {
namespace {

// The data of a JSON CloudEvent, which is its last member.
std::string data_in(const std::string& json) {
  const std::size_t begin = json.find(R"(,"data":)") + 8;
  return json.substr(begin, json.size() - begin - 1);
}

std::string through_json(const std::string& data) {
  const auto incoming = parse_cloudevent(with_data(" \n" + data + "\t "), kReceived);
  EXPECT_TRUE(incoming) << data;
  if (!incoming) return {};
  std::string out;
  const std::string record = make_record(incoming->event);
  append_cloudevent(out, RecordView(record), {});
  return data_in(out);
}

std::string through_binary_mode(const std::string& data) {
  const auto incoming = parse_binary_cloudevent({{"ce-specversion", "1.0"},
                                                 {"ce-id", "1"},
                                                 {"ce-source", "/web"},
                                                 {"ce-type", "demo.happened"},
                                                 {"ce-subject", "demo:d_1"}},
                                                "application/json", data, kReceived);
  EXPECT_TRUE(incoming) << data;
  return incoming ? std::string(EventView(incoming->event).data()) : std::string();
}

std::string through_publish(const std::string& data) {
  const auto message = protocol::json_codec().decode(
      R"({"type":"publish","id":1,"event":)" + with_data(data) + "}", kReceived);
  EXPECT_TRUE(message) << data;
  if (!message) return {};
  return std::string(EventView(std::get<protocol::Publish>(*message).event.event).data());
}

void expect_kept(const std::string& data) {
  EXPECT_EQ(through_json(data), data);
  EXPECT_EQ(through_binary_mode(data), data);
  EXPECT_EQ(through_publish(data), data);
}

TEST(DataBytes, WhatOtherReadersChangeIsKept) {
  for (const char* data :
       {"1e400", "-1E-400", "123456789012345678901234567890", "0.10000000000000000001", "-0", "1.0",
        "null", "\"\"", R"("\u0041\/\ud800")", "\"\xf0\x9f\x8f\x90\\ud83c\\udfd0\"",
        R"({"b":1,"a":2,"b":3})", "{ \"a\" :\n\t[ 1 ,\r\n2 ] }", "[]", "{}",
        R"({"":{"\u0000":"\\u0000"}})", "\"\x7f\xe2\x80\xa8\""}) {
    expect_kept(data);
  }
}

// Writes any JSON value in any spelling.
class AnyJson {
 public:
  explicit AnyJson(unsigned seed) : random_(seed) {}

  std::string value(int depth) {
    const std::size_t kind = random_() % (depth > 0 ? 7 : 5);
    if (kind == 0) return pick({"true", "false", "null"});
    if (kind <= 2) return number();
    if (kind <= 4) return string();
    const bool object = kind == 5;
    std::string out = object ? "{" : "[";
    for (std::size_t left = random_() % 5, first = 1; left > 0; --left, first = 0) {
      if (first == 0) out += ',';
      out += space();
      if (object) out += string() + space() + ":" + space();
      out += value(depth - 1) + space();
    }
    if (out.size() == 1) out += space();
    return out + (object ? "}" : "]");
  }

 private:
  std::string pick(std::initializer_list<const char*> choices) {
    return choices.begin()[random_() % choices.size()];
  }
  std::string space() { return pick({"", "", "", " ", "\n", "\t", "\r\n", "  "}); }
  std::string digits() {
    std::string out;
    for (std::size_t left = 1 + random_() % 30; left > 0; --left) {
      out += static_cast<char>('0' + random_() % 10);
    }
    return out;
  }
  std::string number() {
    std::string out = pick({"", "-"});
    out += random_() % 3 == 0 ? "0" : "1" + digits();
    if (random_() % 2 == 0) out += "." + digits();
    if (random_() % 2 == 0) out += pick({"e", "E", "e+", "E-"}) + digits().substr(0, 3);
    return out;
  }
  std::string string() {
    std::string out = "\"";
    for (std::size_t left = random_() % 20; left > 0; --left) {
      out += pick({"a",
                   "Z",
                   " ",
                   "~",
                   "\x7f",
                   "\xc3\xbc",
                   "\xe2\x82\xac",
                   "\xf0\x9f\x8f\x90",
                   "\\\"",
                   "\\\\",
                   "\\/",
                   "\\b",
                   "\\f",
                   "\\n",
                   "\\r",
                   "\\t",
                   "\\u0000",
                   "\\uD83C",
                   "\\udfd0",
                   "\\uABcd",
                   "{",
                   "}",
                   "[",
                   "]",
                   ",",
                   ":"});
    }
    return out + "\"";
  }

  std::mt19937 random_;
};

TEST(DataBytes, AnyJsonIsKept) {
  for (unsigned seed = 1; seed <= 2'000; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const std::string data = AnyJson(seed).value(6);
    ASSERT_FALSE(read_json(data).is(JsonKind::kNone)) << data;
    expect_kept(data);
    if (HasFailure()) return;
  }
}

}  // namespace
}  // namespace courtside
