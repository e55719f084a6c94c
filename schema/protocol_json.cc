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

  void append_event_body(std::string& out, std::string_view epoch, RecordView record,
                         const ShownPart& part) const override {
    // An epoch and an offset need no escaping.
    out.append(R"(,"position":")").append(epoch).append(":");
    append_number(out, record.offset().value());
    out.append(R"(","event":)");
    append_cloudevent(out, record, part);
    out.push_back('}');
  }

  void append_event(std::string& out, std::uint32_t sub, std::string_view body) const override {
    out.append(R"({"type":"event","sub":)");
    append_number(out, sub);
    out.append(body);
  }

  // Of the body, which continues an object, an item makes an object of its own. The first item's
  // comma is dropped.
  void append_item(std::string& items, std::string_view body) const override {
    items.append(",{").append(body.substr(1));
  }

  void append_events(std::string& out, std::uint32_t sub, std::string_view items) const override {
    out.append(R"({"type":"events","sub":)");
    append_number(out, sub);
    out.append(R"(,"events":[)").append(items.substr(1)).append("]}");
  }
};

}  // namespace

const Codec& json_codec() {
  static const JsonCodec codec;
  return codec;
}

}  // namespace courtside::protocol
