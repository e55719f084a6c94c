#include "engine/history/history_stream.h"

#include <algorithm>
#include <utility>

namespace courtside {

HistoryStream::HistoryStream(HistoryHost& host, Terms terms, std::shared_ptr<HistorySource> source,
                             std::uint64_t now_ms)
    : host_(host),
      terms_(std::move(terms)),
      source_(std::move(source)),
      bytes_taken_(host.history_bytes_taken()),
      ticked_ms_(now_ms),
      rights_(now_ms, terms_.recheck_ms) {}

void HistoryStream::read_next() {
  if (over_ || reading_ || paused_ || kept_ || host_.congested()) return;
  reading_ = true;
  host_.read_part(source_);
}

void HistoryStream::on_part(Result<HistoryPart> part) {
  reading_ = false;
  if (over_) return;
  kept_ = std::move(part);
  take_kept();
}

void HistoryStream::take_kept() {
  if (over_ || paused_ || awaits_trace_ || !kept_) return;
  Result<HistoryPart> part = std::move(*kept_);
  kept_.reset();
  take(std::move(part));
}

void HistoryStream::on_traced() {
  if (!awaits_trace_) return;
  awaits_trace_ = false;
  take_kept();
}

// Nothing was sent yet. The audit event of an end is lost with a warning in the log.
void HistoryStream::on_not_traced(const Error& error) {
  if (std::exchange(awaits_trace_, false)) cut(error);
}

void HistoryStream::take(Result<HistoryPart> part) {
  if (!part) return cut(part.error());
  if (!traced_ && !trace_start(*part)) return;
  if (!begun_ && leaves_trace() && host_.awaits_traces()) {
    awaits_trace_ = true;
    kept_ = std::move(part);
    return;
  }
  if (!begun_) start();
  if (!terms_.head_only) {
    rows_ += part->events;
    if (!part->bytes.empty()) host_.send_history(part->bytes);
  }
  if (part->is_last || terms_.head_only) return finish();
  read_next();
}

// False when the stream was refused, because its audit event could not be appended.
bool HistoryStream::trace_start(const HistoryPart& first) {
  if (leaves_trace()) {
    const bool is_all = first.is_last && !terms_.head_only;
    const Result<void> traced =
        is_all ? trace(first.events, true) : trace(std::nullopt, /*complete=*/false);
    if (!traced) {
      over_ = true;
      host_.refuse_history(traced.error());
      return false;
    }
    // The one audit event already has the final count; finish() appends no other.
    if (is_all) trace_id_.clear();
  }
  traced_ = true;
  return true;
}

void HistoryStream::start() {
  host_.start_history(source_->after(), source_->through());
  begun_ = true;
}

void HistoryStream::finish() {
  over_ = true;
  trace_end(/*complete=*/!terms_.head_only);
  host_.end_history();
}

void HistoryStream::cut(const Error& why) {
  if (over_) return;
  over_ = true;
  trace_end(/*complete=*/false);
  begun_ ? host_.cut_history(why.message) : host_.refuse_history(why);
}

void HistoryStream::on_gone() {
  if (over_) return;
  over_ = true;
  trace_end(/*complete=*/false);
}

Result<void> HistoryStream::trace(std::optional<std::uint64_t> rows, bool complete) {
  Result<std::string> id = host_.trace_history({.reader = terms_.reader,
                                                .filter = source_->filter(),
                                                .export_name = terms_.export_name,
                                                .after = source_->after(),
                                                .through = source_->through(),
                                                .rows = rows,
                                                .complete = complete,
                                                .causationid = trace_id_});
  if (!id) return fail(id.error());
  trace_id_ = std::move(*id);
  return {};
}

// An append error is ignored here: the audit event of the beginning is already in the log.
void HistoryStream::trace_end(bool complete) {
  if (begun_ && !trace_id_.empty()) static_cast<void>(trace(rows_, complete));
}

// The reader occupies one of few places, so it must keep a minimum rate. Time that the server needs
// (to read the next part or to check a right) does not count.
bool HistoryStream::is_too_slow(std::uint64_t now_ms) {
  const std::uint64_t passed_ms = now_ms - std::exchange(ticked_ms_, now_ms);
  if (!reading_ && !paused_ && !awaits_trace_) waited_ms_ += passed_ms;
  const std::uint64_t taken = host_.history_bytes_taken();
  const std::uint64_t enough = terms_.bytes_per_second * terms_.stall_ms / 1000;
  if (taken - bytes_taken_ >= std::max<std::uint64_t>(enough, 1)) {
    bytes_taken_ = taken;
    waited_ms_ = 0;
  }
  return waited_ms_ >= terms_.stall_ms;
}

void HistoryStream::on_tick(std::uint64_t now_ms, std::int64_t now_s) {
  if (over_) return;
  if (has_expired(terms_.reader, now_s, terms_.leeway_s)) {
    return cut({Code::token_expired, "the token has expired"});
  }
  if (is_too_slow(now_ms)) return cut({Code::timeout, "its reader takes too little"});
  if (rights_.is_due(now_ms)) check(Pause::kNo);
}

void HistoryStream::on_rights_change() {
  if (!over_) check(Pause::kUntilKnown);
}

void HistoryStream::check(Pause pause) {
  const std::uint64_t attempt = rights_.attempt() + 1;
  rights_.ask(attempt);
  const auto known = host_.check_history(terms_.reader, channels(), attempt);
  if (known) {
    on_checked(attempt, *known);
  } else {
    paused_ = paused_ || pause == Pause::kUntilKnown;
  }
}

// A file cannot change its visible fields midway, and an audit event must precede its first byte.
void HistoryStream::on_checked(std::uint64_t attempt, const Result<ReadGrant>& grant) {
  if (over_ || attempt != rights_.attempt()) return;
  switch (rights_.on_answer(grant, ticked_ms_)) {
    case ReaderRights::Answer::kUnknown: paused_ = true; return;
    case ReaderRights::Answer::kRefused: return cut(grant.error());
    case ReaderRights::Answer::kGranted: break;
  }
  const bool lacks_trace = grant->audited && !leaves_trace();
  if (lacks_trace || grant->unmasked_permissions != terms_.unmasked_permissions) {
    return cut({Code::overloaded, "the rights of its reader have changed"});
  }
  paused_ = false;
  kept_ ? take_kept() : read_next();
}

}  // namespace courtside
