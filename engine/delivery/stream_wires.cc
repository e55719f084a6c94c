#include <variant>
#include <vector>

#include "base/json.h"
#include "engine/delivery/wire.h"
#include "transport/websocket_codec.h"

namespace courtside {
namespace {

// {"reason":"expired","from":"k3f9:12","to":"k3f9:90000"}
std::string gap_json(const protocol::Gap& gap) {
  JsonObject object;
  object.text("reason", gap.reason).text("from", gap.from).text("to", gap.to);
  return object.take();
}

// {"position":"k3f9:104301","live":true}. `live`: everything up to there has been sent, and later
// events come as they are committed.
JsonObject progress_json(const std::string& position, bool is_live) {
  JsonObject object;
  object.text("position", position).boolean("live", is_live);
  return object;
}

std::string beginning_json(const StreamBeginning& beginning) {
  return progress_json(beginning.position, false)
      .number("heartbeat", beginning.heartbeat_ms)
      .take();
}

// The type of the CloudEvent, and the name of the server-sent event, that has a stream's position.
constexpr std::string_view kProgress = "courtside.progress";

// One CloudEvent per message, as the CloudEvents WebSocket binding requires. Gaps and positions are
// CloudEvents too: the client hears of every loss, and can always resume.
const Wire& cloudevents_wire(unsigned window_bits);

class CloudEventsWire : public Wire {
 public:
  explicit CloudEventsWire(unsigned window_bits) : window_bits_(window_bits) {}

  const Wire& deflated(unsigned window_bits) const override {
    return cloudevents_wire(window_bits);
  }

  const void* body_kind() const override { return &cloudevents_wire(0); }

  void append_event_body(std::string& out, std::string_view /*epoch*/, RecordView record,
                         const ShownPart& part) const override {
    append_cloudevent(out, record, part);
  }

  void append_event(EventBlock& block, std::uint32_t /*sub*/,
                    std::string_view body) const override {
    append_message_frame(block.bytes, Opcode::kText, body, window_bits_);
  }

  void append_message(std::string& out, const protocol::ServerMessage& message) const override {
    if (const auto* gap = std::get_if<protocol::Gap>(&message)) {
      append_own(out, "gap-" + gap->from + "-" + gap->to, "courtside.gap", gap_json(*gap));
    } else if (const auto* live = std::get_if<protocol::Live>(&message)) {
      append_own(out, "live-" + live->position, kProgress,
                 progress_json(live->position, true).take());
    } else if (const auto* progress = std::get_if<protocol::Progress>(&message)) {
      append_own(out, "progress-" + progress->position, kProgress,
                 progress_json(progress->position, false).take());
    }
  }

  void append_beginning(std::string& out, const StreamBeginning& beginning) const override {
    append_own(out, "beginning-" + beginning.position, kProgress, beginning_json(beginning));
  }

 private:
  // An event that the server makes; it is not in the log.
  static void append_own(std::string& out, const std::string& id, std::string_view type,
                         const std::string& data) {
    JsonObject event;
    event.text("specversion", "1.0")
        .text("id", id)
        .text("source", "/courtside")
        .text("type", type)
        .text("datacontenttype", "application/json")
        .raw("data", data);
    append_frame(out, Opcode::kText, event.take());
  }

  const unsigned window_bits_;  // 0: not compressed
};

const Wire& cloudevents_wire(unsigned window_bits) {
  static const std::vector<CloudEventsWire> by_bits = [] {
    std::vector<CloudEventsWire> wires;
    for (unsigned bits = 0; bits <= kDeflateWindowBitsMax; ++bits) wires.emplace_back(bits);
    return wires;
  }();
  return by_bits.at(window_bits);
}

// A payload's line breaks (JSON allows them between tokens) become several `data:` fields, which
// the reader joins with "\n".
void append_lines(std::string& out, std::string_view payload) {
  for (std::size_t i = 0; i < payload.size(); ++i) {
    const char c = payload[i];
    if (c == '\r' || c == '\n') {
      if (c == '\r' && i + 1 < payload.size() && payload[i + 1] == '\n') ++i;
      out.append("\ndata: ");
    } else {
      out.push_back(c);
    }
  }
}

// https://html.spec.whatwg.org/multipage/server-sent-events.html
class SseWire : public Wire {
 public:
  void append_event_body(std::string& out, std::string_view epoch, RecordView record,
                         const ShownPart& part) const override {
    out.append("id: ").append(format_position(epoch, record.offset()));
    out.append("\nevent: ");
    for (const char c : record.event().type()) {
      if (c != '\n' && c != '\r') out.push_back(c);
    }
    out.push_back('\n');
    std::string json;
    append_cloudevent(json, record, part);
    append_data(out, json);
  }

  void append_event(EventBlock& block, std::uint32_t /*sub*/,
                    std::string_view body) const override {
    block.bytes.append(body);
  }

  void append_message(std::string& out, const protocol::ServerMessage& message) const override {
    if (const auto* gap = std::get_if<protocol::Gap>(&message)) {
      // The gap's end is the id: a reader that loses its connection here resumes after the gap.
      append_own(out, gap->to, "gap", gap_json(*gap));
    } else if (const auto* live = std::get_if<protocol::Live>(&message)) {
      append_own(out, live->position, kProgress, progress_json(live->position, true).take());
    } else if (const auto* progress = std::get_if<protocol::Progress>(&message)) {
      append_own(out, progress->position, kProgress,
                 progress_json(progress->position, false).take());
    }
  }

  void append_beginning(std::string& out, const StreamBeginning& beginning) const override {
    out.append("retry: ").append(std::to_string(beginning.retry_ms)).push_back('\n');
    append_own(out, beginning.position, kProgress, beginning_json(beginning));
  }

 private:
  // The standard accepts an `id` without data, but some readers (npm eventsource 4.1.1) drop such a
  // block, and its id with it.
  static void append_own(std::string& out, const std::string& position, std::string_view name,
                         const std::string& data) {
    out.append("id: ").append(position).append("\nevent: ").append(name).push_back('\n');
    append_data(out, data);
  }

  static void append_data(std::string& out, std::string_view payload) {
    out.append("data: ");
    append_lines(out, payload);
    out.append("\n\n");
  }
};

// Each subscriber gets the blocks framed with its own position and cursor, so only the items are
// shared.
class DurableWire : public Wire {
 public:
  void append_event_body(std::string& out, std::string_view /*epoch*/, RecordView record,
                         const ShownPart& part) const override {
    std::string json;
    append_cloudevent(json, record, part);
    append_lines(out, json);
  }

  void append_event(EventBlock& block, std::uint32_t /*sub*/,
                    std::string_view body) const override {
    if (!block.empty()) block.bytes.push_back(',');
    block.bytes.append(body);
  }

  void append_message(std::string& /*out*/,
                      const protocol::ServerMessage& /*message*/) const override {}
};

}  // namespace

const Wire& cloudevents_wire() { return cloudevents_wire(0); }
const Wire& sse_wire() {
  static const SseWire wire;
  return wire;
}
const Wire& durable_wire() {
  static const DurableWire wire;
  return wire;
}

}  // namespace courtside
