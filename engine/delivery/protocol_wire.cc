#include <vector>

#include "engine/delivery/wire.h"
#include "transport/websocket_codec.h"

namespace courtside {
namespace {

const Wire& protocol_wire(const protocol::Codec& codec, unsigned window_bits);

// One of the two protocol codecs inside WebSocket frames.
class ProtocolWire : public Wire {
 public:
  ProtocolWire(const protocol::Codec& codec, unsigned window_bits)
      : codec_(codec),
        opcode_(codec.is_text() ? Opcode::kText : Opcode::kBinary),
        window_bits_(window_bits) {}

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
    append_message_frame(out, opcode_, message, window_bits_);
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
  const unsigned window_bits_;  // 0: not compressed
};

// Several events in one message. The open message of a block is its items.
class BatchWire final : public ProtocolWire {
 public:
  using ProtocolWire::ProtocolWire;

  const Wire& deflated(unsigned window_bits) const override {
    return protocol_wire(codec(), window_bits).batched();
  }

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
  SingleWire(const protocol::Codec& codec, unsigned window_bits)
      : ProtocolWire(codec, window_bits), batched_(codec, window_bits) {}

  const Wire& deflated(unsigned window_bits) const override {
    return protocol_wire(codec(), window_bits);
  }

  void append_event(EventBlock& block, std::uint32_t sub, std::string_view body) const override {
    std::string& message = empty_message();
    codec().append_event(message, sub, body);
    append_framed(block.bytes, message);
  }

  const Wire& batched() const override { return batched_; }

 private:
  const BatchWire batched_;
};

// By the bits of the window.
std::vector<SingleWire> make_wires(const protocol::Codec& codec) {
  std::vector<SingleWire> wires;
  for (unsigned bits = 0; bits <= kDeflateWindowBitsMax; ++bits) wires.emplace_back(codec, bits);
  return wires;
}

const Wire& protocol_wire(const protocol::Codec& codec, unsigned window_bits) {
  static const std::vector<SingleWire> json = make_wires(protocol::json_codec());
  static const std::vector<SingleWire> flatbuffers = make_wires(protocol::flatbuffers_codec());
  return (codec.is_text() ? json : flatbuffers).at(window_bits);
}

}  // namespace

const Wire& json_wire() { return protocol_wire(protocol::json_codec(), 0); }
const Wire& flatbuffers_wire() { return protocol_wire(protocol::flatbuffers_codec(), 0); }

}  // namespace courtside
