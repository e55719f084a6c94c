#include "engine/outbox/outbox_status.h"

#include "base/json.h"

namespace courtside {

std::string_view name_of(OutboxStatus::State state) {
  switch (state) {
    case OutboxStatus::State::kConnecting: return "connecting";
    case OutboxStatus::State::kReading: return "reading";
    case OutboxStatus::State::kUnreachable: return "unreachable";
    case OutboxStatus::State::kRefused: return "refused";
    case OutboxStatus::State::kStopped: return "stopped";
  }
  return "stopped";
}

std::string outbox_status_json(const OutboxStatus& status) {
  const OutboxLag& lag = status.lag;
  JsonObject object;
  object.text("name", status.name)
      .text("kind", status.kind == OutboxKind::kTable ? "table" : "messages")
      .text("state", name_of(status.state))
      .text("detail", status.detail)
      .text("database", status.database)
      .text("place", status.place)
      .number("events", status.events)
      .number("duplicates", status.duplicates)
      .number("rejected", status.rejected)
      .number("ignored", status.ignored)
      .number("held", status.held)
      .number("ahead", status.ahead)
      .number("late", status.late)
      .raw("lag", JsonObject()
                      .number("rows", lag.rows)
                      .boolean("more", lag.more_rows)
                      .real("seconds", lag.seconds)
                      .number("bytes", lag.bytes)
                      .text("slot", lag.slot_state)
                      .number("rejected", lag.rejected)
                      .number("skipped", lag.skipped)
                      .number("uncertain", lag.uncertain)
                      .take());
  if (!lag.oldest.holder.empty()) {
    object.raw("oldesttransaction", JsonObject()
                                        .number("pid", lag.oldest.pid)
                                        .text("holder", lag.oldest.holder)
                                        .real("seconds", lag.oldest.seconds)
                                        .take());
  }
  if (status.heard.value() > 0) object.text("heard", format_rfc3339(status.heard));
  return object.take();
}

}  // namespace courtside
