// A wire of lines, "word sub offset rest": all that a client of the state schedules needs to hear.
// A subscribe's request number is that of its subscription. Threads: any; no state.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "base/check.h"
#include "engine/delivery/wire.h"

namespace courtside::simulation {

// The events of an open batch are offsets. They become lines when it is finished.
class LineBatchWire final : public Wire {
 public:
  explicit LineBatchWire(const Wire& single) : single_(single) {}

  void append_event_body(std::string& out, std::string_view epoch, RecordView record,
                         const ShownPart& part) const override {
    single_.append_event_body(out, epoch, record, part);
  }
  const void* body_kind() const override { return &single_; }
  void append_event(EventBlock& block, std::uint32_t /*sub*/,
                    std::string_view body) const override {
    block.bytes.append(body).push_back(' ');
  }
  void finish(EventBlock& block, std::uint32_t sub) const override {
    const std::string offsets = block.bytes.substr(block.open_begin);
    block.bytes.resize(block.open_begin);
    for (std::size_t at = 0; at < offsets.size(); at = offsets.find(' ', at) + 1) {
      single_.append_event(block, sub, offsets.substr(at, offsets.find(' ', at) - at));
    }
    block.open_begin = block.bytes.size();
  }
  void append_message(std::string& out, const protocol::ServerMessage& message) const override {
    single_.append_message(out, message);
  }

 private:
  const Wire& single_;
};

class LineWire : public Wire {
 public:
  void append_event_body(std::string& out, std::string_view /*epoch*/, RecordView record,
                         const ShownPart& /*part*/) const override {
    out.append(std::to_string(record.offset().value()));
  }

  void append_event(EventBlock& block, std::uint32_t sub, std::string_view body) const override {
    append_line(block.bytes, "event", sub, body, {});
  }

  const Wire& batched() const override { return batched_; }

  void append_message(std::string& out, const protocol::ServerMessage& message) const override {
    if (const auto* subscribed = std::get_if<protocol::Subscribed>(&message)) {
      const bool is_foreign = !subscribed->after.starts_with("sim:");
      append_line(out, "subscribed", subscribed->sub, offset_of(subscribed->after),
                  is_foreign ? "foreign" : "");
    } else if (const auto* state = std::get_if<protocol::State>(&message)) {
      append_line(out, "state", state->sub, offset_of(state->position),
                  state->subject + " " + state->state);
    } else if (const auto* live = std::get_if<protocol::Live>(&message)) {
      append_line(out, "live", live->sub, offset_of(live->position), {});
    } else if (const auto* behind = std::get_if<protocol::Behind>(&message)) {
      append_line(out, "behind", behind->sub, offset_of(behind->position), {});
    } else if (const auto* gap = std::get_if<protocol::Gap>(&message)) {
      append_line(out, "gap", gap->sub, offset_of(gap->from), offset_of(gap->to));
    } else if (const auto* error = std::get_if<protocol::ErrorReply>(&message)) {
      append_line(out, "error", error->id.value_or(0), "0", info(error->error.code).name);
    }
  }

 private:
  static std::string_view offset_of(std::string_view position) {
    return position.substr(position.find(':') + 1);
  }
  static void append_line(std::string& out, std::string_view word, std::uint32_t sub,
                          std::string_view offset, std::string_view rest) {
    out.append(word).append(" ").append(std::to_string(sub)).append(" ");
    out.append(offset).append(" ").append(rest).append("\n");
  }

  const LineBatchWire batched_{*this};
};

}  // namespace courtside::simulation
