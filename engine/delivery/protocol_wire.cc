#include "engine/delivery/wire.h"
#include "transport/websocket_codec.h"

namespace courtside {
namespace {

// One of the two protocol codecs inside WebSocket frames.
class ProtocolWire : public Wire {
 public:
  explicit ProtocolWire(const protocol::Codec& codec)
      : codec_(codec), opcode_(codec.is_text() ? Opcode::kText : Opcode::kBinary) {}

  void append_event_body(std::string& out, std::string_view epoch, RecordView record,
                         const ShownPart& part) const override {
    codec_.append_event_body(out, epoch, record, part);
  }

  const void* body_kind() const override { return &codec_; }

  void append_message(std::string& out, const protocol::ServerMessage& message) const override {
    std::string payload;
    codec_.encode(message, payload);
    append_framed(out, payload);
  }

 protected:
  const protocol::Codec& codec() const { return codec_; }

  void append_framed(std::string& out, std::string_view message) const {
    append_frame(out, opcode_, message);
  }

  // Memory for a message: the frame's header needs its length first.
  static std::string& empty_message() {
    thread_local std::string message;
    message.clear();
    return message;
  }

 private:
  const protocol::Codec& codec_;
  const Opcode opcode_;
};

// Several events in one message. The open message of a block is its items.
class BatchWire final : public ProtocolWire {
 public:
  using ProtocolWire::ProtocolWire;

  void append_event(EventBlock& block, std::uint32_t sub, std::string_view body) const override {
    const std::size_t open_bytes = block.bytes.size() - block.open_begin;
    if (open_bytes + body.size() > kBatchBytesMax) finish(block, sub);
    codec().append_item(block.bytes, body);
  }

  void finish(EventBlock& block, std::uint32_t sub) const override {
    const std::string_view items = std::string_view(block.bytes).substr(block.open_begin);
    if (items.empty()) return;
    std::string& message = empty_message();
    codec().append_events(message, sub, items);
    block.bytes.resize(block.open_begin);
    append_framed(block.bytes, message);
    block.open_begin = block.bytes.size();
  }
};

// One event in one message.
class SingleWire final : public ProtocolWire {
 public:
  explicit SingleWire(const protocol::Codec& codec) : ProtocolWire(codec), batched_(codec) {}

  void append_event(EventBlock& block, std::uint32_t sub, std::string_view body) const override {
    std::string& message = empty_message();
    codec().append_event(message, sub, body);
    append_framed(block.bytes, message);
  }

  const Wire& batched() const override { return batched_; }

 private:
  const BatchWire batched_;
};

}  // namespace

const Wire& json_wire() {
  static const SingleWire wire(protocol::json_codec());
  return wire;
}
const Wire& flatbuffers_wire() {
  static const SingleWire wire(protocol::flatbuffers_codec());
  return wire;
}

}  // namespace courtside
