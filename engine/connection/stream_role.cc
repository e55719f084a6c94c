#include "engine/connection/stream_role.h"

#include <algorithm>
#include <string>
#include <utility>
#include <variant>

#include "base/caller_error.h"
#include "base/time.h"
#include "engine/delivery/wire.h"
#include "engine/http/problem.h"

namespace courtside {
namespace {

// Proxies close an idle connection after 30 s or more.
constexpr std::uint64_t kKeepAliveMsMax = 15'000;
// The range of the reconnect delay that clients get: [min, end).
constexpr std::uint64_t kStreamRetryMsMin = 1'000;
constexpr std::uint64_t kStreamRetryMsEnd = 5'000;
// Readers ignore it.
constexpr std::string_view kComment = ":\n\n";

}  // namespace

HttpResponse event_stream_head() {
  return {.status = 200,
          .content_type = "text/event-stream",
          .headers = {kNotStored, kUnbuffered},
          .body = {}};
}

HttpResponse durable_stream_head() {
  HttpResponse head = event_stream_head();
  // `no-cache` alone would do for caches; conformance tests of Durable Streams look for the word.
  head.headers = {{"cache-control", "no-store, no-cache"}, kUnbuffered};
  return head;
}

StreamRole::StreamRole(Exchange& exchange, Link& link, SharedInterest interest, StreamTerms terms)
    : exchange_(exchange),
      link_(link),
      interest_(std::move(interest)),
      reader_(std::move(terms.reader)),
      place_(std::move(terms.place)),
      is_traced_(terms.is_traced),
      upgrade_(std::move(terms.upgrade)),
      liveness_(upgrade_ ? Liveness::Expects::kPongs : Liveness::Expects::kNothing,
                link.host().now_ms()),
      limits_(link.services().session_limits()),
      rights_(link.host().now_ms(), limits_.recheck_ms),
      next_keep_alive_ms_(link.host().now_ms() + keep_alive_ms()) {
  if (!terms.cursor) return;
  control_.emplace(link.hub().epoch(), *terms.cursor);
  const std::uint64_t lasts_ms = link.services().config.get()->limits.stream_answer_ms;
  // Spread, so that readers that came together do not ask again together.
  ends_ms_ = link.host().now_ms() + lasts_ms - link.spread_ms(lasts_ms / 6 + 1);
}

StreamRole::~StreamRole() { link_.hub().remove(subscriber_); }

void StreamRole::begin(const HttpRequest& request, const Start& start) {
  if (upgrade_) {
    link_.accept_websocket(request, *upgrade_);
  } else {
    link_.start_stream(control_ ? durable_stream_head() : event_stream_head());
  }
  send_beginning(start);
  Hub& hub = link_.hub();
  subscriber_ = hub.add(*this, interest_, start.next);
  hub.advance(subscriber_);
}

// Sent at once: a client that is cut before its first event resumes from this position, and proxies
// and browsers treat the stream as open only after a first byte. The gap comes first; after a
// position of this log, a client that is cut in between would never see the gap.
void StreamRole::send_beginning(const Start& start) {
  // The first control event says whether the reader is up to date, which the hub knows soon.
  if (control_) return link_.send(std::string(kComment));
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
  return std::min<std::uint64_t>(limits_.heartbeat_ms, kKeepAliveMsMax);
}

void StreamRole::on_message(Opcode /*opcode*/, std::string_view /*payload*/) {
  link_.close_websocket(static_cast<std::uint16_t>(info(Code::bad_request).close_code),
                        "cloudevents.json is receive only");
}

void StreamRole::send_frames(const SharedBytes& frames) {
  if (control_) {
    send_block(frames);
  } else {
    link_.send_paced(frames);
  }
  link_.flush_when_congested();
}

void StreamRole::send_block(const SharedBytes& events) {
  static const SharedBytes begin{std::string(StreamControl::kBlockBegin)};
  const Offset next = link_.hub().next_of(subscriber_);
  const bool is_up_to_date = next == link_.hub().held().end;
  link_.send_paced(begin);
  link_.send_paced(events);
  link_.send_paced(SharedBytes(control_->block_end(previous(next), is_up_to_date)));
}

void StreamRole::send_message(const Wire& wire, const protocol::ServerMessage& message) {
  if (!control_) return SubscriberOwner::send_message(wire, message);
  if (std::holds_alternative<protocol::Live>(message)) send_control_position(false);
  // The reader asks again, and is answered with `position_expired`.
  if (std::holds_alternative<protocol::Gap>(message))
    end(Code::position_expired, "events are gone");
}

// Ends the stream instead of retrying the read; the client reconnects at its own pace. A reader of
// Durable Streams would reconnect at once, and give up without an error after three ends within a
// second; a reset is an error to it.
void StreamRole::on_read_failed(SubscriberId /*id*/, const Error& error) {
  if (!link_.is_open()) return;
  if (control_) return link_.abort();
  if (error.code == Code::data_corrupt) return end(error.code, info(error.code).cause);
  end(Code::internal, "the log could not be read");
}

// Most such clients are gone: closing an EventSource does this. Sending a byte to a gone client
// causes a reset, which frees its place at once; a client that still reads gets its position.
void StreamRole::on_half_closed() {
  if (!ended_ && link_.queued_bytes() == 0) send_position();
}

void StreamRole::on_tick(std::uint64_t now_ms) {
  if (ended_) return;
  if (liveness_.is_dead(now_ms, link_.traffic(), 2 * std::uint64_t{limits_.heartbeat_ms})) {
    return end(Code::timeout, "no sign of life for two heartbeats");
  }
  if (has_expired(reader_, now().value() / kMicrosPerSecond, limits_.leeway_s)) {
    return end(Code::token_expired, "the token has expired");
  }
  if (rights_.is_due(now_ms)) check(Pause::kNo);
  if (ended_) return;
  if (ends_ms_ > 0 && now_ms >= ends_ms_) return end(Code::timeout, "ask again");
  if (now_ms < next_keep_alive_ms_) return;
  next_keep_alive_ms_ = now_ms + keep_alive_ms();
  if (upgrade_) link_.ping();
  if (!link_.congested()) send_position();  // a congested client has enough to read
}

// The position is an event, not a comment, so that a page sees it and notices when it stops.
void StreamRole::send_position() {
  if (control_) return send_control_position(true);
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

void StreamRole::send_control_position(bool is_keep_alive) {
  Hub& hub = link_.hub();
  const bool is_live = hub.live(subscriber_);
  const Offset next = is_live ? hub.held().end : hub.next_of(subscriber_);
  std::string text = control_->progress(previous(next), is_live);
  if (text.empty() && is_keep_alive) text = kComment;
  if (!text.empty()) link_.send(std::move(text));
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

// A stream has no message for changed fields or for waiting on an audit event, so its client must
// reconnect.
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
  if (lacks_trace || grant->unmasked_permissions != interest_->unmasked_permissions) {
    return end(Code::timeout, "your rights have changed: connect again");
  }
  link_.hub().resume(subscriber_);
}

void StreamRole::end(Code code, std::string_view reason) {
  end(static_cast<std::uint16_t>(info(code).close_code), reason);
}

void StreamRole::end(std::uint16_t close_code, std::string_view reason) {
  ended_ = true;
  place_.reset();
  link_.hub().remove(subscriber_);
  if (upgrade_) return link_.close_websocket(close_code, reason);
  link_.end_stream();
  if (!control_) link_.close_after_flush();
}

void StreamRole::drain(const Goodbye& goodbye) {
  if (!ended_) end(goodbye.close_code, "the server is going down");
  if (control_) link_.close_after_flush();
}

}  // namespace courtside
