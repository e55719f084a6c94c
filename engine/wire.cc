#include "engine/wire.h"

#include <variant>

#include "base/json.h"
#include "transport/websocket_codec.h"

namespace courtside {
namespace {

// One of the two protocol codecs inside WebSocket frames.
class ProtocolWire : public Wire {
 public:
  explicit ProtocolWire(const protocol::Codec& codec)
      : codec_(codec), opcode_(codec.is_text() ? Opcode::kText : Opcode::kBinary) {}

  void append_event_body(std::string& out, std::string_view epoch, RecordView record,
                         const Projection* projection) const override {
    codec_.append_event_body(out, epoch, record, projection);
  }

  void append_event(std::string& out, std::uint32_t sub, std::string_view body) const override {
    // The frame's header needs the length first, so the message is made beside it.
    thread_local std::string message;
    message.clear();
    codec_.append_event(message, sub, body);
    append_frame(out, opcode_, message);
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

// {"reason":"expired","from":"k3f9:12","to":"k3f9:90000"}
std::string gap_json(const protocol::Gap& gap) {
  JsonObject object;
  object.text("reason", gap.reason).text("from", gap.from).text("to", gap.to);
  return object.take();
}

// One CloudEvent a message, as the CloudEvents WebSocket binding says. A gap is itself a
// CloudEvent, so that nobody loses events without being told.
class CloudEventsWire : public Wire {
 public:
  void append_event_body(std::string& out, std::string_view /*epoch*/, RecordView record,
                         const Projection* projection) const override {
    append_cloudevent(out, record, projection);
  }

  void append_event(std::string& out, std::uint32_t /*sub*/, std::string_view body) const override {
    append_frame(out, Opcode::kText, body);
  }

  void append_message(std::string& out, const protocol::ServerMessage& message) const override {
    const auto* gap = std::get_if<protocol::Gap>(&message);
    if (gap == nullptr) return;
    JsonObject event;
    event.text("specversion", "1.0")
        .text("id", "gap-" + gap->from + "-" + gap->to)
        .text("source", "/courtside")
        .text("type", "courtside.gap")
        .text("datacontenttype", "application/json")
        .raw("data", gap_json(*gap));
    append_frame(out, Opcode::kText, event.take());
  }
};

// https://html.spec.whatwg.org/multipage/server-sent-events.html. A payload's line breaks (JSON
// allows them between tokens) become several `data:` fields, which the reader joins with "\n".
class SseWire : public Wire {
 public:
  void append_event_body(std::string& out, std::string_view epoch, RecordView record,
                         const Projection* projection) const override {
    out.append("id: ").append(format_position(epoch, record.offset()));
    out.append("\nevent: ");
    for (const char c : record.event().type()) {
      if (c != '\n' && c != '\r') out.push_back(c);
    }
    out.push_back('\n');
    std::string json;
    append_cloudevent(json, record, projection);
    append_data(out, json);
  }

  void append_event(std::string& out, std::uint32_t /*sub*/, std::string_view body) const override {
    out.append(body);
  }

  void append_message(std::string& out, const protocol::ServerMessage& message) const override {
    const auto* gap = std::get_if<protocol::Gap>(&message);
    if (gap == nullptr) return;
    // The gap's end is the id: a reader that is cut right after it resumes behind the gap.
    out.append("id: ").append(gap->to).append("\nevent: gap\n");
    append_data(out, gap_json(*gap));
  }

 private:
  static void append_data(std::string& out, std::string_view payload) {
    out.append("data: ");
    for (std::size_t i = 0; i < payload.size(); ++i) {
      const char c = payload[i];
      if (c == '\r' || c == '\n') {
        if (c == '\r' && i + 1 < payload.size() && payload[i + 1] == '\n') ++i;
        out.append("\ndata: ");
      } else {
        out.push_back(c);
      }
    }
    out.append("\n\n");
  }
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
const Wire& cloudevents_wire() {
  static const CloudEventsWire wire;
  return wire;
}
const Wire& sse_wire() {
  static const SseWire wire;
  return wire;
}

}  // namespace courtside
