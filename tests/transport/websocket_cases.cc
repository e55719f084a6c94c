#include "tests/transport/websocket_cases.h"

namespace courtside::testing_cases {
namespace {

using testing_bytes::close_body;
using testing_bytes::frame;
using testing_bytes::text;

const std::string kEuro = "\xE2\x82\xAC";

std::vector<FrameCase> good_messages() {
  return {
      {"Text", text("hello"), {said("hello")}},
      {"EmptyText", text(""), {said("")}},
      {"Binary", frame({.opcode = 2, .payload = "\xFF"}), {binary("\xFF")}},
      {"TwoInARow", text("a") + text("b"), {said("a"), said("b")}},
      {"Length60", text(std::string(60, 'x')), {said(std::string(60, 'x'))}},
      {"PingAndPong", control(9, "p") + control(10, "q"), {pinged("p"), ponged("q")}},
      {"Ping125", control(9, std::string(125, 'p')), {pinged(std::string(125, 'p'))}},
      {"Fragments", part(1, false, "a") + part(0, false, "b") + part(0, true, "c"), {said("abc")}},
      {"EmptyFragments", part(1, false, "") + part(0, false, "") + part(0, true, ""), {said("")}},
      {"PingBetweenFragments",
       part(1, false, "a") + control(9, "p") + part(0, true, "b"),
       {pinged("p"), said("ab")}},
      {"CharacterAcrossFragments",
       part(1, false, kEuro.substr(0, 1)) + part(0, false, kEuro.substr(1, 1)) +
           part(0, true, kEuro.substr(2)),
       {said(kEuro)}},
      {"TextLastCharacter", text("\xF4\x8F\xBF\xBF"), {said("\xF4\x8F\xBF\xBF")}},
      {"JustWithinTheLimit",
       frame({.opcode = 2, .payload = std::string(1000, '\0')}),
       {binary(std::string(1000, '\0'))}},
      {"FragmentsJustWithinTheLimit",
       part(2, false, std::string(300, 'x')) + part(0, false, std::string(300, 'x')) +
           part(0, true, std::string(144, 'x')),
       {binary(std::string(744, 'x'))}},
      {"JustEnoughFragments",
       part(1, false, "a") + part(0, false, "b") + part(0, false, "c") + part(0, true, "d"),
       {said("abcd")}},
  };
}

std::vector<FrameCase> closes() {
  return {
      {"CloseAcrossFragments",
       part(1, false, "a") + control(8, close_body(1001, "bye")),
       {closed(1001, "bye")}},
      {"CloseOf0Bytes", control(8, ""), {closed(1005)}},
      {"CloseOf1Byte", control(8, "\x03"), {}, 1002},
      {"CloseOf2Bytes", control(8, close_body(1000, "")), {closed(1000)}},
      {"CloseOf125Bytes",
       control(8, close_body(1000, std::string(123, 'r'))),
       {closed(1000, std::string(123, 'r'))}},
      {"CloseOf126Bytes", control(8, close_body(1000, std::string(124, 'r'))), {}, 1002},
      {"CloseWithReason",
       control(8, close_body(1000, "caf\xC3\xA9")),
       {closed(1000, "caf\xC3\xA9")}},
      {"CloseInTheApplicationsRange", control(8, close_body(4408, "")), {closed(4408)}},
      {"CloseServiceRestart", control(8, close_body(1012, "")), {closed(1012)}},
      {"CloseCode999", control(8, close_body(999, "")), {}, 1002},
      {"CloseCode1005", control(8, close_body(1005, "")), {}, 1002},
      {"CloseCode2000", control(8, close_body(2000, "")), {}, 1002},
      {"CloseReasonNotUtf8", control(8, close_body(1000, "\xC3")), {}, 1007},
      {"CloseReasonBadStart", control(8, close_body(1000, "\x80")), {}, 1007},
      {"FragmentedClose", part(8, false, close_body(1000, "")), {}, 1002},
  };
}

std::vector<FrameCase> broken_frames() {
  return {
      {"Unmasked", frame({.opcode = 1, .masked = false, .payload = "a"}), {}, 1002},
      {"UnmaskedPing", frame({.opcode = 9, .masked = false}), {}, 1002},
      {"Rsv1", frame({.opcode = 1, .rsv = 4, .payload = "a"}), {}, 1002},
      {"Rsv2", frame({.opcode = 1, .rsv = 2, .payload = "a"}), {}, 1002},
      {"Rsv3", frame({.opcode = 9, .rsv = 1, .payload = "a"}), {}, 1002},
      {"Opcode3", frame({.opcode = 3, .payload = "a"}), {}, 1002},
      {"Opcode7", frame({.opcode = 7}), {}, 1002},
      {"Opcode11", frame({.opcode = 11, .payload = "a"}), {}, 1002},
      {"Opcode15", text("a") + frame({.opcode = 15}), {said("a")}, 1002},
      {"ContinuationOfNothing", part(0, true, "a"), {}, 1002},
      {"OpenContinuationOfNothing", part(0, false, "a"), {}, 1002},
      {"ContinuationAfterTheEnd", text("a") + part(0, true, "b"), {said("a")}, 1002},
      {"MessageWithinAMessage", part(1, false, "a") + text("b"), {}, 1002},
      {"OtherMessageWithinAMessage", part(1, false, "a") + part(2, false, "b"), {}, 1002},
      {"FragmentedPing", part(9, false, "a"), {}, 1002},
      {"FragmentedPong", part(10, false, ""), {}, 1002},
      {"LongPing", control(9, std::string(126, 'p')), {}, 1002},
      {"LongPong", control(10, std::string(126, 'p')), {}, 1002},
      {"LengthNotMinimal16", frame({.opcode = 1, .payload = "a", .length_bytes = 2}), {}, 1002},
      {"LengthNotMinimal64",
       frame({.opcode = 1, .payload = std::string(200, 'x'), .length_bytes = 8}),
       {},
       1002},
      {"Declared2To63", declared(std::uint64_t{1} << 63), {}, 1002},
      {"Declared2To62", declared(std::uint64_t{1} << 62), {}, 1009},
      {"Declared2To40", declared(std::uint64_t{1} << 40), {}, 1009},
      {"BeyondTheLimit", frame({.opcode = 2, .payload = std::string(1001, 'x')}), {}, 1009},
      {"BeyondTheLimitInFragments",
       part(2, false, std::string(600, 'x')) + part(0, true, std::string(600, 'x')),
       {},
       1009},
      {"TooManyFragments",
       part(1, false, "") + part(0, false, "") + part(0, false, "") + part(0, false, "") +
           part(0, true, ""),
       {},
       1009},
      {"FragmentsOfTooLittle",
       part(2, false, std::string(300, 'x')) + part(0, false, std::string(300, 'x')) +
           part(0, true, std::string(145, 'x')),
       {},
       1009},
  };
}

std::vector<FrameCase> broken_texts() {
  return {
      {"TextNotUtf8", text("a\xFF"), {}, 1007},
      {"TextCutOff", text("\xE2\x82"), {}, 1007},
      {"TextOverlong", text("\xC0\xAF"), {}, 1007},
      {"TextOverlong3", text("\xE0\x80\x80"), {}, 1007},
      {"TextOverlong4", text("\xF0\x80\x80\x80"), {}, 1007},
      {"TextSurrogate", text("\xED\xA0\x80"), {}, 1007},
      {"TextBeyondUnicode", text("\xF4\x90\x80\x80"), {}, 1007},
      {"TextStrayContinuation", text("abcdefgh\x80"), {}, 1007},
      {"FragmentsNotUtf8", part(1, false, "\xE2") + part(0, true, "a"), {}, 1007},
      {"FragmentsCutOff", part(1, false, "a\xE2") + part(0, true, "\x82"), {}, 1007},
  };
}

}  // namespace

std::vector<FrameCase> frame_cases() {
  std::vector<FrameCase> all;
  for (const auto& group : {good_messages, closes, broken_frames, broken_texts}) {
    for (FrameCase& each : group()) all.push_back(std::move(each));
  }
  return all;
}

}  // namespace courtside::testing_cases
