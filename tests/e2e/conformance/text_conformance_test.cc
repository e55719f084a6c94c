// Goal: group 6 of Autobahn's list: text is UTF-8, whole and in fragments, and what is not is
// refused at its first bad byte.
#include "tests/e2e/conformance/support/echo_test.h"

namespace courtside::e2e {
namespace {

using TextConformance = EchoTest;

const std::string kGreek = "\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5";

const std::vector<std::string>& good_texts() {
  static const std::vector<std::string> texts = {
      "",
      "Hello-\xc2\xb5@\xc3\x9f\xc3\xb6\xc3\xa4\xc3\xbc\xc3\xa0\xc3\xa1-UTF-8!!",
      kGreek,
      std::string("\x00", 1),
      "\x7f",
      "\xc2\x80",
      "\xdf\xbf",
      "\xe0\xa0\x80",
      "\xed\x9f\xbf",  // U+D7FF, before the surrogates
      "\xee\x80\x80",  // U+E000, behind them
      "\xef\xbf\xbd",
      "\xef\xbf\xbf",  // U+FFFF, no character, but valid
      "\xf0\x90\x80\x80",
      "\xf4\x8f\xbf\xbf",  // U+10FFFF
      "\xf0\x9f\xbf\xbe",
  };
  return texts;
}

// Each is bad at its last byte, and may go on well before it.
const std::vector<std::string>& bad_beginnings() {
  static const std::vector<std::string> texts = {
      "\x80",
      "\xbf",
      "\xc0",  // overlong
      "\xc1",
      "\xc3\x28",
      "\xc2\xc0",
      "\xe0\x9f",  // overlong
      "\xe1\x80\x41",
      "\xed\xa0",  // a surrogate
      "\xed\xbf",
      "\xf0\x8f",  // overlong
      "\xf0\x90\x80\x2e",
      "\xf4\x90",  // beyond Unicode
      "\xf5",
      "\xf8",
      "\xfe",
      "\xff",
  };
  return texts;
}

std::vector<Frame> byte_by_byte(const std::string& payload) {
  std::vector<Frame> frames = {first("")};
  for (const char byte : payload) frames.push_back(middle(std::string(1, byte)));
  frames.push_back(last(""));
  return frames;
}

TEST_F(TextConformance, GoodTextComesBackHoweverItIsFragmented) {
  for (const std::string& good : good_texts()) {
    expect_echo(port(), {"6.2: " + good, {text(good)}, describe(text(good))});
    expect_echo(port(), {"6.2: " + good, byte_by_byte(good), describe(text(good))});
    for (std::size_t cut = 1; cut < good.size() && good.size() <= 4; ++cut) {
      expect_echo(
          port(),
          {"6.2: cut", {first(good.substr(0, cut)), last(good.substr(cut))}, describe(text(good))});
    }
  }
}

TEST_F(TextConformance, BadTextIsRefused) {
  for (const std::string& bad : bad_beginnings()) {
    for (const std::string& before : {std::string(), std::string("ok"), kGreek}) {
      const std::string all = before + bad;
      expect_echo(port(), {"6.3: " + all, {text(all)}, "close(1007) "});
      expect_echo(port(), {"6.3: " + all, {text(all + "more")}, "close(1007) "});
      expect_echo(port(), {"6.3: " + all, byte_by_byte(all), "close(1007) "});
    }
  }
}

TEST_F(TextConformance, TextThatEndsWithinACharacterIsRefused) {
  for (const std::string& good : good_texts()) {
    if (good.empty() || static_cast<unsigned char>(good.back()) < 0x80) continue;
    const std::string cut_off = good.substr(0, good.size() - 1);
    const std::vector<Frame> fragments = {first(cut_off), last("")};
    // A two-byte character leaves no beginning but its first byte.
    expect_echo(port(), {"6.6: " + good, {text(cut_off)}, "close(1007) "});
    expect_echo(port(), {"6.6: " + good, fragments, "close(1007) "});
  }
}

// The answer comes while the rest of the message, or of the frame, is still awaited.
TEST_F(TextConformance, BadTextIsRefusedBeforeItsEnd) {
  for (const std::string& bad : bad_beginnings()) {
    EchoPeer in_fragment(port());
    in_fragment.send(first(kGreek));
    in_fragment.send(middle(bad));
    EXPECT_EQ(in_fragment.receive_all(), "close(1007) ");
    EchoPeer in_frame(port());
    const std::string whole = encode_frame(text(kGreek + bad + std::string(20, 'x')));
    in_frame.send_raw(std::string_view(whole).substr(0, whole.size() - 20));
    EXPECT_EQ(in_frame.receive_all(), "close(1007) ");
  }
}

TEST_F(TextConformance, BinaryMessagesMayBeAnything) {
  for (const std::string& bad : bad_beginnings()) {
    expect_echo(port(), {"binary: " + bad, {binary(bad)}, describe(binary(bad))});
  }
}

}  // namespace
}  // namespace courtside::e2e
