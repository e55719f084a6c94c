// Goal: of a slot's frames those that are our messages become rows, each once, whatever was read
// before and wherever a page is cut.
#include "engine/postgres/message_page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/utf8.h"
#include "tests/engine/postgres/pgoutput_frames.h"

namespace courtside {
namespace {

using testing::HasSubstr;

std::string event(const std::string& id) { return "{\"eventId\":\"" + id + "\"}"; }

class MessagePageTest : public testing::Test {
 protected:
  // "a@0/10:1 b@0/10:2 -> 0/20", with "..." where there is more; takes no frame once it is full.
  std::string read(const std::string& from) {
    MessagePage page(settings_, *parse_message_place(from));
    for (const std::string& frame : frames_) {
      if (page.is_full()) break;
      const Result<void> taken = page.take(frame, frame.size());
      if (!taken) return std::string(info(taken.error().code).name);
    }
    std::string out;
    const bool is_full = page.is_full();
    end_ = page.end().text();
    for (const OutboxRow& row : page.take_rows()) out += row.event_id + "@" + row.place + " ";
    return out + "-> " + end_ + (is_full ? " ..." : "");
  }

  // A transaction with these messages of ours.
  void add(std::uint64_t commit, std::uint64_t end, const std::vector<std::string>& ids) {
    frames_.push_back(begin_frame(commit));
    for (const std::string& id : ids) frames_.push_back(message_frame(event(id)));
    frames_.push_back(commit_frame(commit, end));
  }

  OutboxSettings settings_;
  std::vector<std::string> frames_;
  std::string end_;
};

TEST_F(MessagePageTest, ReadsOnFromItsEnd) {
  EXPECT_EQ(read(""), "-> 0/0");
  add(0x10, 0x20, {"a", "b"});
  add(0x30, 0x40, {"c"});
  EXPECT_EQ(read(""), "a@0/10:1 b@0/10:2 c@0/30:1 -> 0/40");
  EXPECT_EQ(read("0/20"), "c@0/30:1 -> 0/40");
  EXPECT_EQ(read("0/30"), "c@0/30:1 -> 0/40");  // It begins just there, so it is not before it.
  EXPECT_EQ(read("0/40"), "-> 0/40");
  EXPECT_EQ(read("0/99"), "-> 0/99");
}

TEST_F(MessagePageTest, GoesOnInTheMiddleOfATransaction) {
  add(0x10, 0x20, {"a", "b", "c"});
  add(0x30, 0x40, {"d"});
  settings_.page_rows = 2;
  EXPECT_EQ(read(""), "a@0/10:1 b@0/10:2 -> 0/10:2 ...");
  EXPECT_EQ(read(end_), "c@0/10:3 d@0/30:1 -> 0/30:1 ...");
  EXPECT_EQ(read(end_), "-> 0/40");
}

TEST_F(MessagePageTest, APageIsBoundedInBytes) {
  add(0x10, 0x20, {"a", "b", "c"});
  settings_.page_bytes = event("a").size() + 1;
  EXPECT_EQ(read(""), "a@0/10:1 b@0/10:2 -> 0/10:2 ...");
  settings_.page_bytes = 1;
  EXPECT_EQ(read(end_), "c@0/10:3 -> 0/10:3 ...");
}

TEST_F(MessagePageTest, WhatIsOfOthersIsPassedOver) {
  frames_ = {message_frame(event("loose"), "courtside", false),
             begin_frame(0x10),
             "R of a table",
             message_frame(event("theirs"), "audit"),
             message_frame(event("ours")),
             message_frame(event("loose"), "courtside", false),
             commit_frame(0x10, 0x20),
             begin_frame(0x30),
             message_frame(event("theirs"), "courtside2"),
             commit_frame(0x30, 0x40)};
  EXPECT_EQ(read(""), "ours@0/10:1 -> 0/40");
  settings_.message_prefix = "audit";
  EXPECT_EQ(read(""), "theirs@0/10:1 -> 0/40");
}

// A peek gives them again and again, so they are counted by where they stand.
TEST_F(MessagePageTest, OursThatAreNotTransactionalAreCountedOnce) {
  frames_ = {message_frame(event("loose"), "courtside", false, 0x5),
             message_frame(event("theirs"), "audit", false, 0x6),
             begin_frame(0x10),
             message_frame(event("ours")),
             commit_frame(0x10, 0x20),
             message_frame(event("loose too"), "courtside", false, 0x25)};
  Lsn counted;
  for (const std::uint64_t expected : {2U, 0U, 1U}) {
    MessagePage page(settings_, MessagePlace(), counted);
    for (const std::string& frame : frames_) ASSERT_TRUE(page.take(frame, frame.size()));
    EXPECT_EQ(page.ignored(), expected);
    counted = page.counted();
    if (expected == 0) frames_.push_back(message_frame("new", "courtside", false, 0x30));
  }
}

TEST_F(MessagePageTest, FramesThatMakeNoSenseAreRefused) {
  const std::vector<std::vector<std::string>> all = {{begin_frame(0x10), begin_frame(0x30)},
                                                     {message_frame(event("a"))},
                                                     {commit_frame(0x10, 0x20)},
                                                     {begin_frame(0x10), commit_frame(0x30, 0x40)},
                                                     {"B"},
                                                     {""}};
  for (const auto& frames : all) {
    frames_ = frames;
    EXPECT_EQ(read(""), "internal") << frames.back();
  }
}

TEST(MessagePlaceText, IsReadAsItIsWritten) {
  for (const char* text : {"16/B374D848", "0/10:3"}) {
    EXPECT_EQ(parse_message_place(text)->text(), text);
  }
  EXPECT_EQ(*parse_message_place(""), MessagePlace());
  for (const char* text : {"812345:990", "0/10:", "0/10:x", "0/10:0", "0/10:-1", "0/10:3 "}) {
    EXPECT_EQ(parse_message_place(text).error().code, Code::data_corrupt) << text;
  }
}

OutboxRow row_of(std::string_view content, std::uint64_t more = 0) {
  return message_row({.is_transactional = true,
                      .prefix = "courtside",
                      .content = content,
                      .content_size_bytes = content.size() + more});
}

TEST(MessageRow, SaysWhatTheMessageSays) {
  const std::string json = R"({"eventId":"e","type":"a.b","aggregateVersion":3,"payload":{"x": 1},)"
                           R"("venueId":null,"place":"1:1","fault":"f","content":"c"})";
  const OutboxRow row = row_of(json);
  EXPECT_EQ(row.event_id, "e");
  EXPECT_EQ(row.aggregate_version, 3u);
  EXPECT_EQ(row.payload, "{\"x\": 1}");
  EXPECT_EQ(row.fault, "");
  EXPECT_EQ(row.content, json);  // for whoever looks why it was rejected after all
}

TEST(MessageRow, WhatCannotBeReadHasAFaultAndItsContent) {
  EXPECT_EQ(row_of("[]").fault, "the message: it is no JSON object");
  EXPECT_EQ(row_of("{\"a\":").fault, "the message: it is no sound JSON");
  EXPECT_EQ(row_of("{\"eventId\":7}").fault, "the message: `eventId` is no text");
  EXPECT_EQ(row_of("{\"eventId\":7}").event_id, "");
  const OutboxRow bytes = row_of("{\"a\":\"\xff\xfe\"}");
  EXPECT_EQ(bytes.fault, "the message: it is no UTF-8 text");
  EXPECT_EQ(bytes.content, "{\"a\":\"\xef\xbf\xbd\xef\xbf\xbd\"}");
  EXPECT_EQ(row_of("").fault, "the message: it is no JSON object");
}

TEST(MessageRow, ALongMessageIsNotLookedAt) {
  const std::string head(70'000, 'x');
  const OutboxRow row = row_of(head, 10'000'000);
  EXPECT_EQ(row.fault, "the message has 10070000 bytes, the limit is 327680");
  EXPECT_EQ(row.content.size(), kContentBytesMax);
}

TEST(ReadableText, IsTextWhateverItWas) {
  const std::string mark = "\xef\xbf\xbd";
  EXPECT_EQ(readable_text("\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", 99),
            "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80");
  EXPECT_EQ(readable_text(std::string_view("a\0b", 3), 99), "a" + mark + "b");
  EXPECT_EQ(readable_text("\xc3", 99), mark);                        // cut
  EXPECT_EQ(readable_text("\xc0\xaf", 99), mark + mark);             // overlong
  EXPECT_EQ(readable_text("\xed\xa0\x80", 99), mark + mark + mark);  // a surrogate
  EXPECT_EQ(readable_text("\xf4\x90\x80\x80", 99), mark + mark + mark + mark);
  EXPECT_EQ(readable_text("ab\xc3\xa9", 3), "ab");
  std::string all;
  for (int i = 0; i < 70'000; ++i) all.push_back(static_cast<char>((i * 7919) >> 3));
  const std::string text = readable_text(all, 100'000);
  EXPECT_TRUE(is_utf8(text));
  EXPECT_LE(text.size(), 100'000u);
}

}  // namespace
}  // namespace courtside
