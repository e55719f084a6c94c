// Goal: whatever a server sends as pgoutput is a frame or an error, and never more than was sent.
#include "engine/postgres/pgoutput.h"

#include <gtest/gtest.h>

#include <random>

#include "tests/engine/postgres/pgoutput_frames.h"

namespace courtside {
namespace {

// "begin 0/10", "message courtside hi/2", "commit 0/10 0/20", "other", or "refused".
std::string parsed(std::string_view bytes, std::uint64_t more = 0) {
  const Result<PgFrame> frame = parse_pgoutput(bytes, bytes.size() + more);
  if (!frame) return "refused";
  if (const auto* begin = std::get_if<PgBegin>(&*frame)) return "begin " + lsn_text(begin->commit);
  if (const auto* commit = std::get_if<PgCommit>(&*frame)) {
    return "commit " + lsn_text(commit->commit) + " " + lsn_text(commit->end);
  }
  const auto* message = std::get_if<PgMessage>(&*frame);
  if (message == nullptr) return "other";
  return std::string(message->is_transactional ? "message " : "loose message ") +
         std::string(message->prefix) + " " + std::string(message->content) + "/" +
         std::to_string(message->content_size_bytes);
}

TEST(Lsn, IsWrittenAndRead) {
  for (const char* text : {"0/0", "0/16B3748", "16/B374D848", "FFFFFFFF/FFFFFFFF"}) {
    ASSERT_TRUE(parse_lsn(text)) << text;
    EXPECT_EQ(lsn_text(*parse_lsn(text)), text);
  }
  EXPECT_EQ(parse_lsn("1/0")->value, 1ULL << 32);
  for (const char* text :
       {"", "/", "1", "1/", "/1", "g/1", "1/2/3", "100000000/0", "-1/1", " 1/1"}) {
    EXPECT_FALSE(parse_lsn(text)) << text;
  }
}

TEST(Pgoutput, FramesSayWhatTheySay) {
  EXPECT_EQ(parsed(begin_frame(0x10)), "begin 0/10");
  EXPECT_EQ(parsed(commit_frame(0x1600000010, 0x1600000020)), "commit 16/10 16/20");
  EXPECT_EQ(parsed(message_frame("hi")), "message courtside hi/2");
  EXPECT_EQ(parsed(message_frame("", "", false)), "loose message  /0");
  EXPECT_EQ(parsed(message_frame(std::string("a\0b", 3))),
            std::string("message courtside a\0b/3", 23));
  for (const char* frame : {"R", "I123", "O", "Y\x01"}) EXPECT_EQ(parsed(frame), "other");
}

TEST(Pgoutput, ALongMessageMayComeWithItsBeginningAlone) {
  const std::string frame = message_frame("0123456789");
  EXPECT_EQ(parsed(frame.substr(0, frame.size() - 6), 6), "message courtside 0123/10");
  EXPECT_EQ(parsed(frame.substr(0, frame.size() - 6), 5), "refused");
  EXPECT_EQ(parsed(begin_frame(1), 1), "refused");
}

TEST(Pgoutput, WhatIsCutOrTooLongIsRefused) {
  for (const std::string& frame : {begin_frame(16), message_frame("hi"), commit_frame(16, 32)}) {
    for (std::size_t size = 0; size < frame.size(); ++size) {
      EXPECT_EQ(parsed(frame.substr(0, size)), "refused") << frame[0] << size;
    }
    EXPECT_EQ(parsed(frame + "x"), "refused") << frame[0];
  }
  EXPECT_EQ(parsed(commit_frame(32, 32)), "refused");
}

TEST(Pgoutput, GarbageIsNeverRead) {
  std::mt19937_64 random(20261123);
  for (int i = 0; i < 200'000; ++i) {
    std::string bytes(random() % 40, '\0');
    for (char& c : bytes) c = static_cast<char>(random());
    if (!bytes.empty() && i % 2 == 0) bytes[0] = "BMC"[random() % 3];
    parsed(bytes, random() % 3);
  }
}

}  // namespace
}  // namespace courtside
