// Goal: every whole frame is found once, however the bytes are cut, and nothing is made of others'.
#include "bench/server_frames.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace courtside {
namespace {

std::string frame(Opcode opcode, std::string_view payload) {
  std::string bytes;
  append_frame(bytes, opcode, payload);
  return bytes;
}

// Walks as a client does: what is left of one read stands before the next.
std::vector<std::string> walk_in_steps_of(std::size_t step, std::string_view bytes) {
  std::vector<std::string> payloads;
  std::string rest;
  for (std::size_t begin = 0; begin < bytes.size(); begin += step) {
    rest.append(bytes.substr(begin, step));
    const auto used = walk_server_frames(rest, [&](const ServerFrame& each) {
      payloads.emplace_back(each.payload);
      return true;
    });
    if (!used) return {"foreign"};
    rest.erase(0, *used);
  }
  if (!rest.empty()) payloads.emplace_back("left over");
  return payloads;
}

TEST(ServerFrames, EveryLengthAndEveryCut) {
  std::vector<std::string> payloads;
  std::string bytes;
  for (const std::size_t size : {0U, 1U, 125U, 126U, 127U, 300U, 65535U, 65536U, 70000U}) {
    payloads.emplace_back(size, 'x');
    bytes.append(frame(Opcode::kText, payloads.back()));
  }
  for (const std::size_t step : {std::size_t{1009}, std::size_t{4096}, bytes.size()}) {
    EXPECT_EQ(walk_in_steps_of(step, bytes), payloads) << step;
  }
  const std::string short_ones = frame(Opcode::kText, "first") +
                                 frame(Opcode::kText, std::string(126, 'y')) +
                                 frame(Opcode::kText, "");
  EXPECT_EQ(walk_in_steps_of(1, short_ones),
            (std::vector<std::string>{"first", std::string(126, 'y'), ""}));
}

TEST(ServerFrames, SaysWhichKindOfFrame) {
  EXPECT_EQ(read_server_frame(frame(Opcode::kPing, "are you there")).opcode, Opcode::kPing);
  EXPECT_EQ(read_server_frame(frame(Opcode::kClose, "")).opcode, Opcode::kClose);
  EXPECT_EQ(read_server_frame(frame(Opcode::kText, "hi")).payload, "hi");
  EXPECT_FALSE(read_server_frame(frame(Opcode::kText, "hi")).is_compressed);
  EXPECT_TRUE(read_server_frame("\xc1\x02hi").is_compressed);
}

TEST(ServerFrames, ForeignFramesAreNotGuessedAt) {
  const auto kind = [](std::string_view bytes) { return read_server_frame(bytes).kind; };
  using enum ServerFrame::Kind;
  std::string masked;
  append_frame(masked, Opcode::kText, "hi", WebSocketRole::kClient);
  EXPECT_EQ(kind(masked), kForeign);
  EXPECT_EQ(kind(std::string("\x01\x02hi", 4)), kForeign);  // the first of several fragments
  EXPECT_EQ(kind(std::string("\x80\x02hi", 4)), kForeign);  // a continuation
  EXPECT_EQ(kind(std::string("\xa1\x02hi", 4)), kForeign);  // a reserved bit
  EXPECT_EQ(kind("HTTP/1.1 503"), kForeign);
  EXPECT_EQ(kind(""), kPartial);
  EXPECT_EQ(kind("\x81"), kPartial);
}

TEST(ServerFrames, StopsWhereTheVisitorSays) {
  const std::string two = frame(Opcode::kText, "one") + frame(Opcode::kText, "two");
  int visits = 0;
  const auto used = walk_server_frames(two, [&](const ServerFrame&) {
    ++visits;
    return false;
  });
  EXPECT_EQ(visits, 1);
  EXPECT_EQ(used, frame(Opcode::kText, "one").size());
}

}  // namespace
}  // namespace courtside
