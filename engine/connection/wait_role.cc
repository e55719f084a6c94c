#include "engine/connection/wait_role.h"

#include <variant>

#include "base/time.h"

namespace courtside {

void WaitRole::begin() {
  Hub& hub = link_.hub();
  subscriber_ = hub.add(*this, wait_.interest, wait_.next);
  hub.advance(subscriber_);
}

void WaitRole::on_tick(std::uint64_t now_ms) {
  const std::uint32_t leeway_s = link_.services().session_limits().leeway_s;
  if (has_expired(wait_.reader, now().value() / kMicrosPerSecond, leeway_s)) {
    return finish(/*timed_out=*/false);
  }
  if (now_ms >= wait_.until_ms) finish(/*timed_out=*/true);
}

void WaitRole::on_rights_change(const RightsChange& change, bool /*revokes*/) {
  if (concerns(change, wait_.reader, wait_.interest->filter.channels)) finish(/*timed_out=*/false);
}

void WaitRole::drain(const Goodbye& /*goodbye*/) {
  if (is_over_) return;
  is_over_ = true;
  link_.hub().remove(subscriber_);
  then_(exchange_, /*timed_out=*/true);
  link_.close_after_flush();
}

void WaitRole::send_frames(const SharedBytes& /*frames*/) { finish(/*timed_out=*/false); }

// The handler finds the gap when it reads the log.
void WaitRole::send_message(const Wire& /*wire*/, const protocol::ServerMessage& message) {
  if (std::holds_alternative<protocol::Gap>(message)) finish(/*timed_out=*/false);
}

// It may be called by the hub in the middle of a commit, so the handler runs later.
void WaitRole::finish(bool timed_out) {
  if (is_over_) return;
  is_over_ = true;
  link_.hub().remove(subscriber_);
  exchange_.resume_later()(
      [then = then_, timed_out](Exchange& exchange) { then(exchange, timed_out); });
}

}  // namespace courtside
