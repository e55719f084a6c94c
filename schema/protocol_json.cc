#include "schema/protocol_json.h"

#include "base/json.h"
#include "schema/protocol.h"

namespace courtside::protocol {
namespace {

class JsonCodec final : public Codec {
 public:
  std::string_view subprotocol() const override { return "courtside.v1.json"; }
  bool is_text() const override { return true; }

  Decoded decode(std::string_view message, Timestamp received) const override {
    return decode_json(message, received);
  }

  void encode(const ServerMessage& message, std::string& out) const override {
    encode_json(message, out);
  }

  std::string event_body(std::string_view epoch, RecordView record,
                         const Projection* projection) const override {
    std::string body = R"(,"position":)";
    append_json_string(body, format_position(epoch, record.offset()));
    body.append(R"(,"event":)");
    append_cloudevent(body, record, projection);
    body.push_back('}');
    return body;
  }

  void append_event(std::string& out, std::uint32_t sub, std::string_view body) const override {
    out.append(R"({"type":"event","sub":)");
    out.append(std::to_string(sub));
    out.append(body);
  }
};

}  // namespace

const Codec& json_codec() {
  static const JsonCodec codec;
  return codec;
}

}  // namespace courtside::protocol
