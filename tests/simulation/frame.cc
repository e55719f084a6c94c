#include "tests/simulation/frame.h"

#include <cstring>
#include <functional>
#include <variant>

#include "base/check.h"

namespace courtside::simulation {
namespace {

void append_word(std::string& out, std::uint64_t number) {
  out.append(reinterpret_cast<const char*>(&number), sizeof(number));
}

std::uint64_t offset_in(const std::string& position) {
  const Result<Position> parsed = parse_position(position);
  COURTSIDE_CHECK(parsed && parsed->epoch == kEpoch);
  return parsed->offset.value();
}

class SimulatedWire : public Wire {
 public:
  void append_event_body(std::string& out, std::string_view, RecordView record,
                         const ShownPart& part) const override {
    append_word(out, record.offset().value());
    append_word(out, digest_with(digest_of(record), part.selection()));
  }

  void append_event(EventBlock& block, std::uint32_t, std::string_view body) const override {
    block.bytes.push_back(static_cast<char>(Frame::Kind::kEvent));
    block.bytes.append(body);
  }

  void append_message(std::string& out, const protocol::ServerMessage& message) const override {
    if (const auto* live = std::get_if<protocol::Live>(&message)) {
      append_frame(out, {Frame::Kind::kLive, offset_in(live->position), 0});
    } else if (const auto* behind = std::get_if<protocol::Behind>(&message)) {
      append_frame(out, {Frame::Kind::kBehind, offset_in(behind->position), 0});
    } else if (const auto* gap = std::get_if<protocol::Gap>(&message)) {
      append_frame(out, {Frame::Kind::kGap, offset_in(gap->from), offset_in(gap->to)});
    } else {
      COURTSIDE_CHECK(false);  // the hub says nothing else
    }
  }
};

// The events of an open batch are bare bodies. They become frames when it is finished: what is sent
// without that is no frame.
class SimulatedBatchWire final : public SimulatedWire {
 public:
  const void* body_kind() const override { return &simulated_wire(); }

  void append_event(EventBlock& block, std::uint32_t sub, std::string_view body) const override {
    if (block.bytes.size() - block.open_begin >= kBatchEvents * body.size()) finish(block, sub);
    block.bytes.append(body);
  }

  void finish(EventBlock& block, std::uint32_t sub) const override {
    const std::string bodies = block.bytes.substr(block.open_begin);
    if (bodies.empty()) return;
    block.bytes.resize(block.open_begin);
    append_frame(block.bytes, {Frame::Kind::kBatch, bodies.size() / kBodyBytes, 0});
    for (std::size_t at = 0; at < bodies.size(); at += kBodyBytes) {
      SimulatedWire::append_event(block, sub, std::string_view(bodies).substr(at, kBodyBytes));
    }
    block.open_begin = block.bytes.size();
  }

 private:
  static constexpr std::size_t kBodyBytes = kFrameBytes - 1;
  static constexpr std::size_t kBatchEvents = 4;
};

}  // namespace

const char* const kEpoch = "sim";

std::uint64_t digest_of(RecordView record) { return std::hash<std::string_view>{}(record.bytes()); }

std::uint64_t digest_with(std::uint64_t digest, const FieldSelection& fields) {
  return fields.is_all() ? digest : digest ^ std::hash<std::string>{}(fields.key());
}

void append_frame(std::string& out, const Frame& frame) {
  out.push_back(static_cast<char>(frame.kind));
  append_word(out, frame.first);
  append_word(out, frame.second);
}

std::vector<Frame> parse_frames(std::string_view block) {
  COURTSIDE_CHECK(block.size() % kFrameBytes == 0);
  std::vector<Frame> frames;
  std::uint64_t batch_left = 0;
  for (; !block.empty(); block.remove_prefix(kFrameBytes)) {
    Frame frame{static_cast<Frame::Kind>(block[0]), 0, 0};
    std::memcpy(&frame.first, block.data() + 1, 8);
    std::memcpy(&frame.second, block.data() + 9, 8);
    const bool is_event = frame.kind == Frame::Kind::kEvent;
    COURTSIDE_CHECK(batch_left == 0 || is_event);
    if (batch_left > 0) --batch_left;
    if (frame.kind == Frame::Kind::kBatch) {
      batch_left = frame.first;
      COURTSIDE_CHECK(batch_left > 0);
    } else {
      frames.push_back(frame);
    }
  }
  COURTSIDE_CHECK(batch_left == 0);
  return frames;
}

bool begins_with_batch(std::string_view block) {
  return block.front() == static_cast<char>(Frame::Kind::kBatch);
}

std::string describe(const Frame& frame) {
  const std::string first = std::to_string(frame.first);
  switch (frame.kind) {
    case Frame::Kind::kEvent: return "event " + first;
    case Frame::Kind::kLive: return "live " + first;
    case Frame::Kind::kBehind: return "behind " + first;
    case Frame::Kind::kProgress: return "progress " + first;
    case Frame::Kind::kBatch: return "batch of " + first;
    case Frame::Kind::kGap: return "gap " + first + ".." + std::to_string(frame.second);
  }
  return "?";
}

const Wire& simulated_wire() {
  static const SimulatedWire wire;
  return wire;
}

const Wire& simulated_batch_wire() {
  static const SimulatedBatchWire wire;
  return wire;
}

}  // namespace courtside::simulation
