#include "engine/outbox/outbox_feed.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "base/format.h"
#include "base/json.h"
#include "base/log.h"
#include "base/time.h"
#include "engine/outbox/outbox_event.h"
#include "schema/channel.h"

namespace courtside {
namespace {

constexpr std::string_view kAheadType = "outbox.version_missing";
constexpr std::string_view kOwnSource = "/courtside/outbox";
// Notes deleted in one write.
constexpr std::size_t kForgottenAtOnce = 10'000;
// A bound above any possible number of waiting rows: one page may exceed hold_rows before rows are
// released.
constexpr std::size_t kHeldMax = 1'000'000;
// Note keys: why the source position is distrusted, and the id of the row at the source position.
constexpr const char* kDistrustKey = "doubt";
constexpr const char* kLastIdKey = "last";
// Note key: the mark of SkippedRows::checked().
constexpr const char* kCheckedKey = "checked";
// Former versions noted another database with a reason that begins like this.
constexpr const char* kOldDistrust = "this is database ";

std::string reason_of(const Error& error) {
  return error.details.empty() ? error.message : error.message + " " + error.details;
}

// Whether two identities "<system identifier>/<timeline>/<database>" differ only in the timeline.
bool differ_in_timeline_alone(std::string_view before, std::string_view after) {
  const auto without_timeline = [](std::string_view identity) {
    const std::size_t begin = std::min(identity.find('/'), identity.size());
    const std::size_t end = std::max(begin, std::min(identity.rfind('/'), identity.size()));
    return std::string(identity.substr(0, begin)).append(identity.substr(end));
  };
  return before != after && without_timeline(before) == without_timeline(after);
}

}  // namespace

OutboxFeed::OutboxFeed(const OutboxSettings& settings, OutboxSource& source, OutboxLog& log,
                       OutboxStatus& status)
    : settings_(settings),
      source_(source),
      log_(log),
      status_(status),
      order_({.held_max = settings.hold_rows, .held_ms = settings.hold_ms},
             {.note =
                  [this](const std::string& key) {
                    return log_.state().source_note(settings_.name, key);
                  },
              .lowest_unread =
                  [this](const std::vector<AggregateKey>& keys) {
                    return source_.lowest_unread(place_.place, keys);
                  }}),
      skipped_(settings, source, log.state()) {}

Result<void> OutboxFeed::begin(std::uint64_t now_ms) {
  const Result<std::string> identity = source_.identity();
  if (!identity) return fail(identity.error());
  const Result<std::string> text = log_.state().source_place(settings_.name);
  if (!text) return fail(text.error());
  for (const auto& [key, value] : {std::pair(kLastIdKey, &last_id_), {kCheckedKey, &checked_}}) {
    Result<std::string> note = log_.state().source_note(settings_.name, key);
    if (!note) return fail(note.error());
    *value = *std::move(note);
  }
  place_ = parse_outbox_place(*text);
  status_.database = *identity;
  status_.place = place_.place;
  if (const Result<void> settled = settle(*identity); !settled) return settled;
  skipped_.begin(checked_);
  const auto held = log_.state().source_notes(settings_.name, kWaitingPrefix, kHeldMax + 1);
  if (!held) return fail(held.error());
  if (held->size() > kHeldMax) {
    return fail(Code::data_corrupt, format("more than {} rows wait", kHeldMax));
  }
  const Result<void> loaded = order_.load(*held, now_ms);
  status_.place = place_.place;
  status_.held = order_.held();
  return loaded;
}

// Decides whether to continue from the source position in this database, which may be another one
// or may have been restored to another time.
Result<void> OutboxFeed::settle(const std::string& identity) {
  const std::string at = "@" + place_.place;
  const bool is_other = !place_.identity.empty() && place_.identity != identity;
  const bool restarts = settings_.accept_database == identity + ":restart" + at;
  if (restarts && !place_.identity.empty()) return restart(identity);
  const bool goes_on = is_other && settings_.accept_database == identity + ":continue" + at;
  const Result<bool> is_proven = verify_position(identity, goes_on);
  if (!is_proven) return fail(is_proven.error());
  OutboxPlace next{.identity = identity, .place = place_.place};
  std::vector<SourceNote> notes = {{kDistrustKey, ""}};
  if (!*is_proven && checked_ != kNothingIsChecked) {
    // Check all rows up to the source position against the log, because another database may have
    // written its own rows there.
    checked_ = kNothingIsChecked;
    notes.push_back({kCheckedKey, checked_});
  }
  if (goes_on) {
    last_id_.clear();  // it belongs to the other database's row
    notes.push_back({kLastIdKey, ""});
  }
  if (next == place_ && notes.size() == 1) return {};
  const auto moved = move_to(std::move(next), {}, std::move(notes));
  return moved ? Result<void>() : fail(moved.error());
}

// Check first that the source can be read from the beginning, and only then delete anything.
Result<void> OutboxFeed::restart(const std::string& identity) {
  if (const Result<bool> checked = source_.check_place("", ""); !checked) {
    return fail(checked.error());
  }
  log_warning("outbox", settings_.name + ": read from the beginning, as accepted");
  if (const Result<void> forgotten = forget_notes(); !forgotten) return forgotten;
  last_id_.clear();
  checked_.clear();
  const auto moved = move_to({.identity = identity, .place = {}}, {},
                             {{kDistrustKey, ""}, {kLastIdKey, ""}, {kCheckedKey, ""}});
  return moved ? Result<void>() : fail(moved.error());
}

// Whether reading may continue from the source position. False: it may, but nothing proves that the
// rows before it are those that were read.
//
// A restored database reaches the old source position again by itself, with other rows. So when a
// restore was noticed, a note keeps the reason until the operator decides. Nothing is noted about
// another database: with the right one everything continues as before.
Result<bool> OutboxFeed::verify_position(const std::string& identity, bool goes_on) {
  const bool is_other = !place_.identity.empty() && place_.identity != identity;
  const auto checked = source_.check_place(place_.place, goes_on || is_other ? "" : last_id_);
  if (!checked && checked.error().code == Code::unavailable) return fail(checked.error());
  const bool is_behind = !checked && checked.error().code == Code::position_expired;
  if (is_other && !goes_on) {
    const bool is_standby = !is_behind && differ_in_timeline_alone(place_.identity, identity);
    return fail(
        refusal(identity,
                format("this is database {}, and what was read before is of {}; if outbox.url "
                       "names a wrong database, name the right one: nothing is kept of this one",
                       identity, place_.identity),
                is_standby));
  }
  if (!checked && !is_behind) return fail(checked.error());
  const auto doubt = log_.state().source_note(settings_.name, kDistrustKey);
  if (!doubt) return fail(doubt.error());
  std::string why = checked ? "" : checked.error().message;
  if (checked && !is_other && doubt->rfind(kOldDistrust, 0) != 0) why = *doubt;
  if (why.empty()) return *checked && !is_other;
  if (!is_other && why != *doubt) {
    const auto noted = move_to(place_, {}, {{kDistrustKey, why}});
    if (!noted) return fail(noted.error());
  }
  return fail(refusal(identity, std::move(why), false));
}

// Adds the operator's options to the reason.
Error OutboxFeed::refusal(const std::string& identity, std::string why, bool may_go_on) const {
  if (may_go_on) {
    why += format(
        "; if it is a standby that was promoted and had everything, set outbox.accept_database to "
        "`{}:continue@{}`",
        identity, place_.place);
  }
  why += format(
      "; to read what it has from the beginning (ids that are known are not doubled), set "
      "outbox.accept_database to `{}:restart@{}`",
      identity, place_.place);
  return {Code::bad_configuration, std::move(why)};
}

// Deletes what is known about the aggregates of another database.
Result<void> OutboxFeed::forget_notes() {
  for (const std::string_view prefix : {kWaitingPrefix, kVersionPrefix}) {
    for (;;) {
      auto notes = log_.state().source_notes(settings_.name, prefix, kForgottenAtOnce);
      if (!notes) return fail(notes.error());
      if (notes->empty()) break;
      for (SourceNote& note : *notes) note.value.clear();
      if (const auto moved = move_to(place_, {}, std::move(*notes)); !moved) {
        return fail(moved.error());
      }
    }
  }
  return {};
}

Result<OutboxFeed::Step> OutboxFeed::step(std::uint64_t now_ms) {
  Result<OutboxPage> page = source_.read(place_.place);
  if (!page) return fail(page.error());
  status_.heard = now();
  if (page->ignored > 0 && status_.ignored == 0) {
    log_warning("outbox", settings_.name +
                              ": a message is not transactional, and so no event: its first "
                              "argument of pg_logical_emit_message must be true");
  }
  status_.ignored += page->ignored;
  const bool found = !page->rows.empty();
  std::string last_id = found ? page->rows.back().event_id : "";
  // lowest_unread() must look after this page, so the position moves before put_in_order().
  const OutboxPlace next{.identity = place_.identity, .place = page->end};
  const std::string from = std::exchange(place_.place, next.place);
  Result<AggregateOrder::Outcome> ordered = put_in_order(std::move(page->rows), now_ms);
  place_.place = from;
  if (!ordered) return fail(ordered.error());

  if (found) ordered->notes.push_back({kLastIdKey, last_id});
  Made made = make_events(std::move(ordered->ready));
  if (!made.rejections.empty()) {
    if (const auto told = source_.reject(made.rejections); !told) return fail(told.error());
    log_rejections(made.rejections);
  }
  if (next != place_ || !ordered->notes.empty() || !made.events.empty()) {
    // The mark alone is not worth a write.
    const std::string checked = skipped_.checked();
    if (checked != checked_) ordered->notes.push_back({kCheckedKey, checked});
    const auto appended = move_to(next, std::move(made.events), std::move(ordered->notes));
    if (!appended) return fail(appended.error());
    checked_ = checked;
    if (found) last_id_ = last_id;
    for (const Appended& each : *appended) ++(each.duplicate ? status_.duplicates : status_.events);
  }
  status_.rejected += made.rejections.size();
  status_.ahead += made.ahead;
  status_.late += made.late;
  status_.held = order_.held();
  return Step{.found = found, .is_full = page->is_full};
}

// One line per step: a faulty producer usually makes every row invalid.
void OutboxFeed::log_rejections(const std::vector<Rejection>& rejections) const {
  const Rejection& first = rejections.front();
  const std::size_t others = rejections.size() - 1;
  log_warning("outbox",
              format("{}: the row at {} is rejected: {}{}", settings_.name, first.row.place,
                     first.reason, others == 0 ? "" : format("; and {} more", others)));
}

Result<AggregateOrder::Outcome> OutboxFeed::put_in_order(std::vector<OutboxRow> rows,
                                                         std::uint64_t now_ms) {
  if (!source_.is_in_commit_order()) {
    for (OutboxRow& row : rows) {
      // The row will be rejected, so it must not wait for other versions.
      if (!is_channel(outbox_subject(row))) row.aggregate_version.reset();
    }
    return order_.take(std::move(rows), now_ms);
  }
  AggregateOrder::Outcome outcome;
  for (OutboxRow& row : rows) outcome.ready.push_back({.row = std::move(row)});
  return outcome;
}

OutboxFeed::Made OutboxFeed::make_events(std::vector<AggregateOrder::Ready> ready) const {
  Made made;
  made.events.reserve(ready.size());
  for (AggregateOrder::Ready& each : ready) {
    Result<NewEvent> event = make_event(each.row);
    if (!event) {
      each.row.payload.clear();
      made.rejections.push_back({.row = std::move(each.row), .reason = reason_of(event.error())});
      continue;
    }
    if (each.how == AggregateOrder::Ready::How::kLate) ++made.late;
    if (each.how == AggregateOrder::Ready::How::kAhead) {
      ++made.ahead;
      if (auto warning = make_warning(each)) made.events.push_back(std::move(*warning));
    }
    made.events.push_back(std::move(*event));
  }
  return made;
}

Result<NewEvent> OutboxFeed::make_event(const OutboxRow& row) const {
  Result<IncomingEvent> event = outbox_event(row, settings_.event_source, now());
  if (!event) return fail(event.error());
  return log_.address(std::move(*event));
}

// An event for auditors: a row was released although an earlier version has not come.
Result<NewEvent> OutboxFeed::make_warning(const AggregateOrder::Ready& ready) const {
  const std::string subject = outbox_subject(ready.row);
  log_warning("outbox", format("{}: version {} of {} has not come; version {} went after {} ms",
                               settings_.name, ready.expected, subject,
                               *ready.row.aggregate_version, ready.waited_ms));
  const std::string id = settings_.name + ":" + ready.row.place + ":missing";
  const std::string own_subject = "outbox:" + settings_.name;
  const std::string time = format_rfc3339(now());
  const std::string data = JsonObject()
                               .text("aggregate", subject)
                               .number("expected", ready.expected)
                               .number("version", *ready.row.aggregate_version)
                               .text("eventId", ready.row.event_id)
                               .number("waitedMs", ready.waited_ms)
                               .take();
  EventFields fields;
  fields.id = id;
  fields.source = kOwnSource;
  fields.type = kAheadType;
  fields.subject = own_subject;
  fields.time = time;
  fields.data_kind = DataKind::kJson;
  fields.data = data;
  return log_.address({.event = build_event(fields)});
}

Result<std::vector<Appended>> OutboxFeed::move_to(OutboxPlace next, std::vector<NewEvent> events,
                                                  std::vector<SourceNote> notes) {
  SourceStep step{.source = settings_.name,
                  .from = place_.text(),
                  .to = next.text(),
                  .notes = std::move(notes)};
  auto appended = log_.append(std::move(events), std::move(step));
  if (!appended) return appended;
  place_ = std::move(next);
  status_.place = place_.place;
  return appended;
}

Result<void> OutboxFeed::check() {
  // A connection pooler may have switched to another server.
  const Result<std::string> identity = source_.identity();
  if (!identity) return fail(identity.error());
  if (*identity != place_.identity) {
    return fail(Code::unavailable, "the connection now leads to another database");
  }
  const Result<bool> checked = source_.check_place(place_.place, last_id_);
  return checked ? Result<void>() : fail(checked.error());
}

Result<bool> OutboxFeed::watch() {
  std::optional<std::set<std::string>> waiting;  // computed at most once, when needed
  const auto is_held = [&](const std::string& at) {
    if (!waiting) waiting = order_.held_places();
    return waiting->count(at) > 0;
  };
  const Result<std::size_t> found = skipped_.look(place_.place, is_held);
  if (!found) return fail(found.error());
  Result<OutboxLag> lag = source_.lag(place_.place);
  if (!lag) return fail(lag.error());
  status_.lag = std::move(*lag);
  // Waiting rows are before the source position, but not yet in the log.
  if (order_.held() > 0) return false;
  return source_.tidy(place_.place, skipped_.checked());
}

}  // namespace courtside
