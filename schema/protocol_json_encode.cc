#include "schema/json_text.h"
#include "schema/protocol_json.h"

namespace courtside::protocol {
namespace {

// One message, member by member: {"type":"live","sub":1, ...
class Writer {
 public:
  Writer(std::string& out, std::string_view type) : out_(out) {
    out_.append(R"({"type":")").append(type).push_back('"');
  }

  Writer& text(std::string_view name, std::string_view value) {
    append_json_string(key(name), value);
    return *this;
  }
  Writer& number(std::string_view name, std::uint64_t value) {
    append_decimal(key(name), value);
    return *this;
  }
  Writer& boolean(std::string_view name, bool value) {
    key(name).append(value ? "true" : "false");
    return *this;
  }
  // `json` is JSON already.
  Writer& raw(std::string_view name, std::string_view json) {
    key(name).append(json);
    return *this;
  }
  void end() { out_.push_back('}'); }

 private:
  std::string& key(std::string_view name) { return out_.append(",\"").append(name).append("\":"); }

  std::string& out_;
};

struct Encoder {
  std::string& out;

  void operator()(const Welcome& m) const {
    Writer writer(out, "welcome");
    writer.text("session", m.session)
        .text("actor", m.actor)
        .text("epoch", m.epoch)
        .text("head", m.head)
        .number("heartbeat", m.heartbeat_ms)
        .number("maxmessage", m.maxmessage);
    if (m.expiresin_s) writer.number("expiresin", *m.expiresin_s);
    writer.end();
  }
  void operator()(const Subscribed& m) const {
    Writer(out, "subscribed")
        .number("id", m.id)
        .number("sub", m.sub)
        .text("after", m.after)
        .text("head", m.head)
        .end();
  }
  void operator()(const Live& m) const {
    Writer(out, "live").number("sub", m.sub).text("position", m.position).end();
  }
  void operator()(const Behind& m) const {
    Writer(out, "behind").number("sub", m.sub).text("position", m.position).end();
  }
  void operator()(const Gap& m) const {
    Writer(out, "gap")
        .number("sub", m.sub)
        .text("reason", m.reason)
        .text("from", m.from)
        .text("to", m.to)
        .end();
  }
  void operator()(const Progress& m) const {
    Writer(out, "progress").text("position", m.position).end();
  }
  void operator()(const Ok& m) const {
    Writer writer(out, "ok");
    writer.number("id", m.id);
    if (!m.position.empty()) {
      writer.text("position", m.position)
          .number("subjectversion", m.subjectversion)
          .boolean("duplicate", m.duplicate);
    }
    writer.end();
  }
  void operator()(const ErrorReply& m) const {
    const CodeInfo& code = info(m.error.code);
    Writer writer(out, "error");
    if (m.id) writer.number("id", *m.id);
    writer.text("code", code.name)
        .text("message", m.error.message)
        .boolean("retryable", code.retry != Retry::kNo);
    if (!m.error.details.empty()) writer.raw("details", m.error.details);
    writer.end();
  }
  void operator()(const Unsubscribed& m) const {
    Writer(out, "unsubscribed").number("sub", m.sub).text("code", info(m.code).name).end();
  }
  void operator()(const Ping&) const { Writer(out, "ping").end(); }
  void operator()(const Pong&) const { Writer(out, "pong").end(); }
  void operator()(const Expiring& m) const { Writer(out, "expiring").number("in", m.in_s).end(); }
  void operator()(const Draining& m) const {
    Writer(out, "draining").number("retryafter", m.retryafter_ms).end();
  }
};

}  // namespace

void encode_json(const ServerMessage& message, std::string& out) {
  std::visit(Encoder{out}, message);
}

}  // namespace courtside::protocol
