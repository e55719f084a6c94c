// A wire format that tests can read: an event is "3 ", on subscription 2 "2/3 ", projected "3~ ",
// with some of its fields "3' "; a batch of two is "[3 4] "; a message is "live@3 ".
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "engine/delivery/wire.h"

namespace courtside::fixtures {

class PlainWire : public Wire {
 public:
  void append_event_body(std::string& out, std::string_view /*epoch*/, RecordView record,
                         const ShownPart& part) const override {
    ++bodies_made;
    out.append(std::to_string(record.offset().value())).append(part.projection ? "~" : "");
    if (part.fields) out.append("'");
  }

  void append_event(EventBlock& block, std::uint32_t sub, std::string_view body) const override {
    append_number(block.bytes, sub);
    block.bytes.append(body).append(padding).append(" ");
    bytes_appended += body.size() + padding.size();
  }

  void append_message(std::string& out, const protocol::ServerMessage& message) const override {
    if (const auto* live = std::get_if<protocol::Live>(&message)) {
      out.append("live@").append(offset_of(live->position)).append(" ");
    } else if (const auto* behind = std::get_if<protocol::Behind>(&message)) {
      out.append("behind@").append(offset_of(behind->position)).append(" ");
    } else if (const auto* gap = std::get_if<protocol::Gap>(&message)) {
      out.append("gap ").append(offset_of(gap->from)).append("-").append(offset_of(gap->to));
      out.append(" ");
    }
  }

  const Wire& batched() const override { return batched_; }

  std::string padding;  // of each event
  mutable int bodies_made = 0;
  mutable std::size_t bytes_appended = 0;

 private:
  // Messages of at most four events.
  class Batched final : public Wire {
   public:
    explicit Batched(const PlainWire& single) : single_(single) {}
    void append_event_body(std::string& out, std::string_view epoch, RecordView record,
                           const ShownPart& part) const override {
      single_.append_event_body(out, epoch, record, part);
    }
    const void* body_kind() const override { return &single_; }
    void append_event(EventBlock& block, std::uint32_t sub, std::string_view body) const override {
      std::size_t count = 0;
      for (const char c : block.bytes.substr(block.open_begin)) count += c == ' ';
      if (count == 4) finish(block, sub);
      block.bytes.append(body).append(single_.padding).append(" ");
    }
    void finish(EventBlock& block, std::uint32_t sub) const override {
      if (block.open_begin == block.bytes.size()) return;
      std::string events = block.bytes.substr(block.open_begin);
      events.back() = ']';
      block.bytes.resize(block.open_begin);
      append_number(block.bytes, sub);
      block.bytes.append("[").append(events).append(" ");
      block.open_begin = block.bytes.size();
    }
    void append_message(std::string& out, const protocol::ServerMessage& message) const override {
      single_.append_message(out, message);
    }

   private:
    const PlainWire& single_;
  };

  static void append_number(std::string& out, std::uint32_t sub) {
    if (sub != 1) out.append(std::to_string(sub)).append("/");
  }
  static std::string offset_of(const std::string& position) {
    return position.substr(position.find(':') + 1);
  }

  const Batched batched_{*this};
};

}  // namespace courtside::fixtures
