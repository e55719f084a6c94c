#include "engine/outbox/outbox_feed.h"

#include <utility>

#include "base/json.h"
#include "base/log.h"
#include "base/time.h"
#include "engine/outbox/outbox_event.h"
#include "schema/channel.h"

namespace courtside {
namespace {

constexpr std::string_view kAheadType = "outbox.version_missing";
constexpr std::string_view kOwnSource = "/courtside/outbox";
// Notes forgotten in one write.
constexpr std::size_t kForgottenAtOnce = 10'000;
// More rows than can wait: a page may go beyond hold_rows before the first of too many go.
constexpr std::size_t kHeldMax = 1'000'000;
// Notes: why nobody knows whether the place is still of this database, and whose row stands there.
constexpr const char* kDoubtKey = "doubt";
constexpr const char* kLastIdKey = "last";

std::string reason_of(const Error& error) {
  return error.details.empty() ? error.message : error.message + " " + error.details;
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
                  }}) {}

Result<void> OutboxFeed::begin(std::uint64_t now_ms) {
  const Result<std::string> identity = source_.identity();
  if (!identity) return fail(identity.error());
  const Result<std::string> text = log_.state().source_place(settings_.name);
  if (!text) return fail(text.error());
  place_ = parse_outbox_place(*text);
  status_.database = *identity;
  status_.place = place_.place;
  if (const Result<void> settled = settle(*identity); !settled) return settled;
  const auto held = log_.state().source_notes(settings_.name, kHeldPrefix, kHeldMax);
  if (!held) return fail(held.error());
  const Result<void> loaded = order_.load(*held, now_ms);
  status_.place = place_.place;
  status_.held = order_.held();
  return loaded;
}

// Whether to go on from the place in this database, which may be another one than before, or the
// same at another time. Once that was doubted it stays so until somebody says what to do: a
// database that was put back comes to where it was read before by itself, with other rows.
Result<void> OutboxFeed::settle(const std::string& identity) {
  const std::string at = "@" + place_.place;
  const bool is_other = !place_.identity.empty() && place_.identity != identity;
  const bool goes_on = settings_.accept_database == identity + ":continue" + at;
  const bool restarts = settings_.accept_database == identity + ":restart" + at;
  OutboxPlace next{.identity = identity, .place = place_.place};
  std::vector<SourceNote> notes = {{kDoubtKey, ""}};
  if (restarts && !place_.identity.empty()) {
    log_warning("outbox", settings_.name + ": read from the beginning, as accepted");
    if (const Result<void> forgotten = forget_notes(); !forgotten) return forgotten;
    next.place.clear();
    notes.push_back({kLastIdKey, ""});
  } else {
    const Result<void> trusted = trust_place(identity, is_other, goes_on);
    if (!trusted) return trusted;
  }
  if (next == place_) return {};
  const auto moved = move_to(std::move(next), {}, std::move(notes));
  return moved ? Result<void>() : fail(moved.error());
}

Result<void> OutboxFeed::trust_place(const std::string& identity, bool is_other, bool goes_on) {
  const auto doubt = log_.state().source_note(settings_.name, kDoubtKey);
  if (!doubt) return fail(doubt.error());
  const auto last_id = log_.state().source_note(settings_.name, kLastIdKey);
  if (!last_id) return fail(last_id.error());
  std::string why = *doubt;
  if (is_other && !goes_on) {
    why = "this is database " + identity + ", and what was read before is of " + place_.identity;
  } else {
    const Result<void> checked = source_.check_place(place_.place, goes_on ? "" : *last_id);
    if (!checked && checked.error().code != Code::position_expired) return checked;
    if (!checked) why = checked.error().message;
    if (checked && is_other) why.clear();  // and it goes on, as accepted
  }
  if (why.empty()) return {};
  if (why != *doubt) {
    const auto noted = move_to(place_, {}, {{kDoubtKey, why}});
    if (!noted) return fail(noted.error());
  }
  const std::string at = "@" + place_.place + "`";
  if (is_other) {
    why +=
        "; if it is a standby that was promoted and had everything, set "
        "outbox.accept_database to `" +
        identity + ":continue" + at;
  }
  why +=
      "; to read what it has from the beginning (ids that are known are not doubled), set "
      "outbox.accept_database to `" +
      identity + ":restart" + at;
  return fail(Code::bad_configuration, std::move(why));
}

// What was known of another database's aggregates says nothing of this one's.
Result<void> OutboxFeed::forget_notes() {
  for (const std::string_view prefix : {kHeldPrefix, kVersionPrefix}) {
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
  const bool found = !page->rows.empty();
  std::string last_id = found ? page->rows.back().event_id : "";
  // Rows that are yet to be read are those behind this page.
  const OutboxPlace next{.identity = place_.identity, .place = page->end};
  const std::string from = std::exchange(place_.place, next.place);
  Result<AggregateOrder::Outcome> ordered = put_in_order(std::move(page->rows), now_ms);
  place_.place = from;
  if (!ordered) return fail(ordered.error());

  if (!last_id.empty()) ordered->notes.push_back({kLastIdKey, std::move(last_id)});
  Made made = make_events(std::move(ordered->ready));
  if (!made.rejections.empty()) {
    if (const auto told = source_.reject(made.rejections); !told) return fail(told.error());
  }
  if (next != place_ || !ordered->notes.empty() || !made.events.empty()) {
    const auto appended = move_to(next, std::move(made.events), std::move(ordered->notes));
    if (!appended) return fail(appended.error());
    for (const Appended& each : *appended) ++(each.duplicate ? status_.duplicates : status_.events);
  }
  status_.rejected += made.rejections.size();
  status_.ahead += made.ahead;
  status_.late += made.late;
  status_.held = order_.held();
  return Step{.found = found, .is_full = page->is_full};
}

Result<AggregateOrder::Outcome> OutboxFeed::put_in_order(std::vector<OutboxRow> rows,
                                                         std::uint64_t now_ms) {
  if (!source_.is_in_commit_order()) {
    for (OutboxRow& row : rows) {
      // It will be rejected, and waits for nothing until then.
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

// For those who audit: this event went although an earlier one of its aggregate has not come.
Result<NewEvent> OutboxFeed::make_warning(const AggregateOrder::Ready& ready) const {
  const std::string subject = outbox_subject(ready.row);
  log_warning("outbox", settings_.name + ": version " + std::to_string(ready.expected) + " of " +
                            subject + " has not come; version " +
                            std::to_string(*ready.row.aggregate_version) + " went after " +
                            std::to_string(ready.waited_ms) + " ms");
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

Result<bool> OutboxFeed::watch() {
  // A pooler may have lent the same connection to another server meanwhile.
  const Result<std::string> identity = source_.identity();
  if (!identity) return fail(identity.error());
  if (*identity != place_.identity) {
    return fail(Code::unavailable, "the database is another one than a moment ago");
  }
  Result<OutboxLag> lag = source_.lag(place_.place);
  if (!lag) return fail(lag.error());
  status_.lag = std::move(*lag);
  // What waits was passed by the place, and what becomes of it is not known yet.
  if (order_.held() > 0) return false;
  return source_.tidy(place_.place);
}

}  // namespace courtside
