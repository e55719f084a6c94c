#include "schema/protocol_flatbuffers.h"

#include "schema/protocol.h"

namespace courtside::protocol {
namespace {

class FlatBuffersCodec final : public Codec {
 public:
  std::string_view subprotocol() const override { return "courtside.v1.flatbuffers"; }
  bool is_text() const override { return false; }

  Decoded decode(std::string_view message, Timestamp received) const override {
    return decode_flatbuffer(message, received);
  }

  void encode(const ServerMessage& message, std::string& out) const override {
    encode_flatbuffer(message, out);
  }

  void append_event_body(std::string& out, std::string_view epoch, RecordView record,
                         const ShownPart& part) const override {
    out.append(build_event_message(epoch, record, part));
  }

  void append_event(std::string& out, std::uint32_t sub, std::string_view body) const override {
    append_event_message(out, sub, body);
  }

  void append_item(std::string& items, std::string_view body) const override {
    append_event_item(items, body);
  }

  void append_events(std::string& out, std::uint32_t sub, std::string_view items) const override {
    append_events_message(out, sub, items);
  }
};

}  // namespace

const Codec& flatbuffers_codec() {
  static const FlatBuffersCodec codec;
  return codec;
}

}  // namespace courtside::protocol
