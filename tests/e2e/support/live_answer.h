// Reads GET /v1/streams/{channel}?live=sse, and expects each data event to be followed by its
// control event.
//
// Threads: one.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "tests/e2e/support/test_http_client.h"

namespace courtside::e2e {

class LiveAnswer {
 public:
  LiveAnswer(HttpClient& http, const std::string& target) : http_(http) {
    http_.write({.target = target});
    head_ = http_.read_stream_head();
  }

  const HttpResponse& head() const { return head_; }

  // The next data, and the control event that must directly follow it; data is empty when a control
  // event comes alone. False at the end of the answer.
  bool next() {
    data.clear();
    std::string block = next_block();
    if (block.starts_with("event: data\n")) {
      data = block.substr(block.find("data: ") + 6);
      block = next_block();
    }
    if (block.empty()) return false;
    EXPECT_TRUE(block.starts_with("event: control\ndata:{")) << block;
    control = Json::parse(block.substr(block.find("data:") + 5));
    return true;
  }

  std::string data;
  Json control = Json::parse("{}");

 private:
  // An event's lines; empty at the end. Comments are skipped.
  std::string next_block() {
    for (;;) {
      const std::size_t end = text_.find("\n\n");
      if (end != std::string::npos) {
        std::string block = text_.substr(0, end);
        text_.erase(0, end + 2);
        if (!block.starts_with(":")) return block;
        continue;
      }
      const std::string piece = http_.read_piece();
      if (piece.empty()) {
        EXPECT_EQ(text_, "") << "the answer ends within an event";
        return {};
      }
      text_ += piece;
    }
  }

  HttpClient& http_;
  HttpResponse head_;
  std::string text_;
};

}  // namespace courtside::e2e
