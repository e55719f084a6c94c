#include "engine/connection/stream_role.h"

#include <algorithm>
#include <string>
#include <utility>

#include "base/caller_error.h"
#include "base/time.h"
#include "engine/delivery/wire.h"
#include "engine/http/problem.h"

namespace courtside {
namespace {

// At most: proxies that give up on a quiet connection do so after 30 s or more.
constexpr std::uint64_t kKeepAliveMsMax = 15'000;
// What a client is told to wait before it connects again: from the one up to, excluded, the other.
constexpr std::uint64_t kStreamRetryMsMin = 1'000;
constexpr std::uint64_t kStreamRetryMsEnd = 5'000;

}  // namespace

HttpResponse event_stream_head() {
  return {.status = 200,
          .content_type = "text/event-stream",
          .headers = {kNotStored, kUnbuffered},
          .body = {}};
}

StreamRole::StreamRole(Exchange& exchange, Link& link, SharedInterest interest, Identity reader,
                       bool is_traced)
    : exchange_(exchange),
      link_(link),
      interest_(std::move(interest)),
      reader_(std::move(reader)),
      is_traced_(is_traced),
      is_websocket_(interest_->wire == &cloudevents_wire()),
      liveness_(is_websocket_ ? Liveness::Expects::kPongs : Liveness::Expects::kNothing,
                link.host().now_ms()),
      rights_(link.host().now_ms(), link.services().session_limits.recheck_ms),
      next_keep_alive_ms_(link.host().now_ms() + keep_alive_ms()) {}

StreamRole::~StreamRole() { link_.hub().remove(subscriber_); }

void StreamRole::begin(const HttpRequest& request, const Start& start) {
  if (is_websocket_) {
    link_.accept_websocket(request, "cloudevents.json");
  } else {
    link_.start_stream(event_stream_head());
  }
  send_beginning(start);
  Hub& hub = link_.hub();
  subscriber_ = hub.add(*this, interest_, start.next);
  hub.advance(subscriber_);
}

// Sent at once: a client that is cut before its first event resumes from here, and proxies and
// browsers wait for a first byte before they call the stream open. The gap comes first: a position
// of this log would hide it from a client that is cut in between.
void StreamRole::send_beginning(const Start& start) {
  const Wire& wire = *interest_->wire;
  std::string frames;
  if (start.epoch_gap) wire.append_message(frames, *start.epoch_gap);
  wire.append_beginning(
      frames,
      {.position = format_position(link_.hub().epoch(), previous(start.next)),
       .heartbeat_ms = keep_alive_ms(),
       .retry_ms = kStreamRetryMsMin + link_.spread_ms(kStreamRetryMsEnd - kStreamRetryMsMin)});
  link_.send(std::move(frames));
}

std::uint64_t StreamRole::keep_alive_ms() const {
  return std::min<std::uint64_t>(link_.services().session_limits.heartbeat_ms, kKeepAliveMsMax);
}

void StreamRole::on_message(Opcode /*opcode*/, std::string_view /*payload*/) {
  link_.close_websocket(static_cast<std::uint16_t>(info(Code::bad_request).close_code),
                        "cloudevents.json is receive only");
}

void StreamRole::send_frames(const SharedBytes& frames) {
  link_.send_paced(frames);
  link_.flush_when_congested();
}

// A log that cannot be read is not asked again and again: the client comes back at its own pace.
void StreamRole::on_read_failed() {
  if (link_.is_open()) end(Code::internal, "the log could not be read");
}

// Most of them have left: a page closes its EventSource so. A byte to one of those is answered with
// a reset, which frees its place at once; one that reads on hears where it is.
void StreamRole::on_half_closed() {
  if (!ended_ && link_.queued_bytes() == 0) send_position();
}

void StreamRole::on_tick(std::uint64_t now_ms) {
  if (ended_) return;
  const SessionLimits& limits = link_.services().session_limits;
  if (liveness_.is_dead(now_ms, link_.traffic(), 2 * std::uint64_t{limits.heartbeat_ms})) {
    return end(Code::timeout, "no sign of life for two heartbeats");
  }
  if (has_expired(reader_, now().value() / kMicrosPerSecond, limits.leeway_s)) {
    return end(Code::token_expired, "the token has expired");
  }
  if (rights_.is_due(now_ms)) check(Pause::kNo);
  if (ended_) return;
  if (now_ms < next_keep_alive_ms_) return;
  next_keep_alive_ms_ = now_ms + keep_alive_ms();
  if (is_websocket_) link_.ping();
  if (!link_.congested()) send_position();  // a congested one has enough to read
}

// As an event and not as a comment: a page in a browser sees it, and notices when it stays away.
void StreamRole::send_position() {
  const Hub& hub = link_.hub();
  std::string frame;
  if (link_.hub().live(subscriber_)) {
    interest_->wire->append_message(frame, protocol::Live{0, hub.head()});
  } else {
    const Offset served = previous(link_.hub().next_of(subscriber_));
    interest_->wire->append_message(frame,
                                    protocol::Progress{format_position(hub.epoch(), served)});
  }
  link_.send(std::move(frame));
}

// ---------------------------------------------------------------------------------------------
// Rights.

void StreamRole::on_rights_change(const RightsChange& change, bool revokes) {
  if (ended_ || !concerns(change, reader_, interest_->filter.channels)) return;
  if (revokes) return end(Code::unauthorized, "the token was revoked");
  check(Pause::kUntilKnown);
}

void StreamRole::check(Pause pause) {
  const std::uint64_t attempt = rights_.attempt() + 1;
  rights_.ask(attempt);
  const auto known = link_.services().access.check_read(
      reader_, interest_->filter.channels, ReadMode::kLive,
      exchange_.later<ReadGrant>([this, attempt](Exchange&, const Result<ReadGrant>& grant) {
        on_checked(attempt, grant);
      }));
  if (known) {
    on_checked(attempt, *known);
  } else if (pause == Pause::kUntilKnown) {
    link_.hub().suspend(subscriber_);
  }
}

// A stream has no word for "other fields from now on", and none for "wait until a trace is kept":
// its client connects again.
void StreamRole::on_checked(std::uint64_t attempt, const Result<ReadGrant>& grant) {
  if (ended_ || !link_.is_open() || rights_.attempt() != attempt) return;
  switch (rights_.on_answer(grant, link_.host().now_ms())) {
    case ReaderRights::Answer::kUnknown: return link_.hub().suspend(subscriber_);
    case ReaderRights::Answer::kRefused: {
      const Error error = error_for_caller(grant.error());
      return end(error.code, error.message);
    }
    case ReaderRights::Answer::kGranted: break;
  }
  const bool lacks_trace = grant->audited && !is_traced_;
  if (lacks_trace || grant->lifts != interest_->lifts) {
    return end(Code::timeout, "what you may see has changed: connect again");
  }
  link_.hub().resume(subscriber_);
}

void StreamRole::end(Code code, std::string_view reason) {
  end(static_cast<std::uint16_t>(info(code).close_code), reason);
}

void StreamRole::end(std::uint16_t close_code, std::string_view reason) {
  ended_ = true;
  link_.hub().remove(subscriber_);
  if (is_websocket_) return link_.close_websocket(close_code, reason);
  link_.end_stream();
  link_.close_after_flush();
}

}  // namespace courtside
