#include "base/json.h"
#include "schema/protocol_json.h"

namespace courtside::protocol {
namespace {

JsonObject message(std::string_view type) {
  JsonObject object;
  object.text("type", type);
  return object;
}

struct JsonEncoder {
  std::string operator()(const Welcome& m) const {
    JsonObject object = message("welcome");
    object.text("session", m.session)
        .text("actor", m.actor)
        .text("epoch", m.epoch)
        .text("head", m.head)
        .number("heartbeat", m.heartbeat_ms)
        .number("maxmessage", m.maxmessage);
    if (m.expiresin_s) object.number("expiresin", *m.expiresin_s);
    return object.take();
  }
  std::string operator()(const Subscribed& m) const {
    return message("subscribed")
        .number("id", m.id)
        .number("sub", m.sub)
        .text("after", m.after)
        .text("head", m.head)
        .take();
  }
  std::string operator()(const State& m) const {
    return message("state")
        .number("sub", m.sub)
        .text("subject", m.subject)
        .text("position", m.position)
        .raw("state", m.state)
        .take();
  }
  std::string operator()(const Live& m) const {
    return message("live").number("sub", m.sub).text("position", m.position).take();
  }
  std::string operator()(const Behind& m) const {
    return message("behind").number("sub", m.sub).text("position", m.position).take();
  }
  std::string operator()(const Gap& m) const {
    return message("gap")
        .number("sub", m.sub)
        .text("reason", m.reason)
        .text("from", m.from)
        .text("to", m.to)
        .take();
  }
  std::string operator()(const Progress& m) const {
    return message("progress").text("position", m.position).take();
  }
  std::string operator()(const Ok& m) const {
    JsonObject object = message("ok");
    object.number("id", m.id);
    if (!m.position.empty()) {
      object.text("position", m.position)
          .number("subjectversion", m.subjectversion)
          .boolean("duplicate", m.duplicate);
    }
    return object.take();
  }
  std::string operator()(const ErrorReply& m) const {
    const CodeInfo& code = info(m.error.code);
    JsonObject object = message("error");
    if (m.id) object.number("id", *m.id);
    object.text("code", code.name)
        .text("message", m.error.message)
        .boolean("retryable", code.retry != Retry::kNo);
    if (!m.error.details.empty()) object.raw("details", m.error.details);
    return object.take();
  }
  std::string operator()(const Unsubscribed& m) const {
    return message("unsubscribed").number("sub", m.sub).text("code", info(m.code).name).take();
  }
  std::string operator()(const Ping&) const { return message("ping").take(); }
  std::string operator()(const Pong&) const { return message("pong").take(); }
  std::string operator()(const Expiring& m) const {
    return message("expiring").number("in", m.in_s).take();
  }
  std::string operator()(const Draining& m) const {
    return message("draining").number("retryafter", m.retryafter_ms).take();
  }
};

}  // namespace

void encode_json(const ServerMessage& any, std::string& out) {
  out.append(std::visit(JsonEncoder{}, any));
}

}  // namespace courtside::protocol
