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

  void append_event(EventBlock& block, std::uint32_t sub, std::string_view body) const override {
    // The frame's header needs the message's length first.
    thread_local std::string message;
    message.clear();
    codec_.append_event(message, sub, body);
    append_frame(block.bytes, opcode_, message);
  }

  void append_message(std::string& out, const protocol::ServerMessage& message) const override {
    std::string payload;
    codec_.encode(message, payload);
    append_frame(out, opcode_, payload);
  }

 private:
  const protocol::Codec& codec_;
  const Opcode opcode_;
};

}  // namespace

const Wire& json_wire() {
  static const ProtocolWire wire(protocol::json_codec());
  return wire;
}
const Wire& flatbuffers_wire() {
  static const ProtocolWire wire(protocol::flatbuffers_codec());
  return wire;
}

}  // namespace courtside
