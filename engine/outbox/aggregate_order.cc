#include "engine/outbox/aggregate_order.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/format.h"
#include "base/utf8.h"
#include "schema/json_reader.h"

namespace courtside {
namespace {

using How = AggregateOrder::Ready::How;

// Aggregates whose last version is kept in memory. Beyond that, those without waiting rows are
// forgotten and looked up again.
constexpr std::size_t kKnownMax = 100'000;
// The minimum time between two lookups for an unread earlier version, also when outbox.hold is
// shorter.
constexpr std::uint64_t kAskAgainMs = 50;

AggregateKey key_of(const OutboxRow& row) { return {row.aggregate_type, row.aggregate_id}; }

std::string version_key(const AggregateKey& key) {
  return format("{}{}:{}", kVersionPrefix, key.type, key.id);
}

std::string held_key(const OutboxRow& row) { return std::string(kWaitingPrefix) + row.place; }

}  // namespace

AggregateOrder::AggregateOrder(const Limits& limits, Lookups lookups)
    : limits_(limits), lookups_(std::move(lookups)) {}

Result<void> AggregateOrder::load(const std::vector<SourceNote>& held, std::uint64_t now_ms) {
  std::vector<OutboxRow> rows;
  for (const SourceNote& note : held) {
    Result<OutboxRow> row = parse_outbox_row(note.value);
    if (!row || !row->aggregate_version) {
      return fail(Code::data_corrupt, format("the note {} of a source is no row", note.key));
    }
    rows.push_back(*std::move(row));
  }
  if (const Result<void> met = meet(rows); !met) return met;
  Outcome unused;  // it would write the notes again that the rows came from
  for (OutboxRow& row : rows) {
    const auto aggregate = known_.find(key_of(row));
    hold(unused, aggregate, std::move(row), now_ms);
  }
  return {};
}

Result<AggregateOrder::Outcome> AggregateOrder::take(std::vector<OutboxRow> rows,
                                                     std::uint64_t now_ms) {
  forget_idle();
  moved_.clear();
  if (const Result<void> met = meet(rows); !met) return fail(met.error());
  Outcome outcome;
  for (OutboxRow& row : rows) add(outcome, std::move(row), now_ms);
  if (const Result<void> expired = expire(outcome, now_ms); !expired) return fail(expired.error());
  while (held_count_ > limits_.held_max && next_expiry_ms()) {
    force(outcome, AggregateKey(waiting_.front().key), now_ms);
  }
  for (const AggregateKey& key : moved_) {
    outcome.notes.push_back(
        {.key = version_key(key), .value = std::to_string(known_.at(key).last)});
  }
  return outcome;
}

// Looks up the last version of each aggregate of these rows.
Result<void> AggregateOrder::meet(const std::vector<OutboxRow>& rows) {
  std::map<AggregateKey, std::uint64_t> lowest;  // of aggregates without a note
  for (const OutboxRow& row : rows) {
    if (!row.aggregate_version) continue;
    const AggregateKey key = key_of(row);
    if (const auto found = lowest.find(key); found != lowest.end()) {
      found->second = std::min(found->second, *row.aggregate_version);
      continue;
    }
    if (known_.find(key) != known_.end()) continue;
    const Result<std::string> note = lookups_.note(version_key(key));
    if (!note) return fail(note.error());
    if (note->empty()) {
      lowest.emplace(key, *row.aggregate_version);
      continue;
    }
    Aggregate& aggregate = known_[key];
    std::from_chars(note->data(), note->data() + note->size(), aggregate.last);
  }
  std::vector<AggregateKey> doubtful;
  for (const auto& [key, version] : lowest) {
    if (version > 1) doubtful.push_back(key);
  }
  if (!doubtful.empty()) {
    const auto unread = lookups_.lowest_unread(doubtful);
    if (!unread) return fail(unread.error());
    for (const AggregateVersion& each : *unread) {
      std::uint64_t& version = lowest.at(each.aggregate);
      version = std::min(version, each.version);
    }
  }
  for (const auto& [key, version] : lowest) known_[key].last = version > 0 ? version - 1 : 0;
  return {};
}

void AggregateOrder::add(Outcome& outcome, OutboxRow row, std::uint64_t now_ms) {
  if (!row.aggregate_version) {
    outcome.ready.push_back({.row = std::move(row)});
    return;
  }
  const std::uint64_t version = *row.aggregate_version;
  const auto aggregate = known_.find(key_of(row));
  const std::uint64_t next = aggregate->second.last + 1;
  if (version > next) return hold(outcome, aggregate, std::move(row), now_ms);
  outcome.ready.push_back({.row = std::move(row),
                           .how = version < next ? How::kLate : How::kInOrder,
                           .expected = next});
  if (version < next) return;
  aggregate->second.last = version;
  moved_.insert(aggregate->first);
  release_next(outcome, aggregate);
}

void AggregateOrder::hold(Outcome& outcome, Aggregates::iterator aggregate, OutboxRow row,
                          std::uint64_t now_ms) {
  // A note is JSON, so the payload in it must be JSON.
  if (!row.payload.empty() &&
      !(is_utf8(row.payload) && !read_json(row.payload).is(JsonKind::kNone))) {
    row.payload.clear();
    row.fault = "`payload` is no JSON";
  }
  outcome.notes.push_back({.key = held_key(row), .value = outbox_row_json(row)});
  waiting_.push_back(
      {.key = aggregate->first, .place = row.place, .due_ms = now_ms + limits_.held_ms});
  const std::uint64_t version = *row.aggregate_version;
  aggregate->second.held.emplace(version, Held{.row = std::move(row), .since_ms = now_ms});
  ++held_count_;
}

// Releases the rows that waited for the version that was just released.
void AggregateOrder::release_next(Outcome& outcome, Aggregates::iterator aggregate) {
  auto& [last, held] = aggregate->second;
  while (!held.empty() && held.begin()->first <= last + 1) {
    const bool is_repeat = held.begin()->first <= last;
    take_out(outcome, aggregate->second, is_repeat ? How::kLate : How::kInOrder, 0);
  }
}

// Releases rows whose wait has expired, each after its aggregate's earlier waiting rows. A row
// stays when an earlier version is still unread, because a long transaction delays that one, too.
// One lookup covers all rows, because it is expensive.
Result<void> AggregateOrder::expire(Outcome& outcome, std::uint64_t now_ms) {
  std::vector<Waiting> due;
  std::set<AggregateKey> keys;
  while (const auto at_ms = next_expiry_ms()) {
    if (*at_ms > now_ms) break;
    keys.insert(waiting_.front().key);
    due.push_back(std::move(waiting_.front()));
    waiting_.pop_front();
  }
  if (due.empty()) return {};
  const auto unread = lookups_.lowest_unread({keys.begin(), keys.end()});
  if (!unread) return fail(unread.error());
  std::map<AggregateKey, std::uint64_t> lowest;
  for (const AggregateVersion& each : *unread) {
    const auto found = lowest.emplace(each.aggregate, each.version).first;
    found->second = std::min(found->second, each.version);
  }
  for (Waiting& each : due) {
    const auto found = lowest.find(each.key);
    while (is_waiting(each)) {
      if (found != lowest.end() && found->second < known_.at(each.key).held.begin()->first) {
        each.due_ms = now_ms + std::max(limits_.held_ms, kAskAgainMs);
        waiting_.push_back(std::move(each));
        break;
      }
      force(outcome, each.key, now_ms);
    }
  }
  return {};
}

// Releases the aggregate's first waiting row.
void AggregateOrder::force(Outcome& outcome, const AggregateKey& key, std::uint64_t now_ms) {
  const auto aggregate = known_.find(key);
  moved_.insert(aggregate->first);
  take_out(outcome, aggregate->second, How::kAhead, now_ms);
  release_next(outcome, aggregate);
}

void AggregateOrder::take_out(Outcome& outcome, Aggregate& aggregate, Ready::How how,
                              std::uint64_t now_ms) {
  const auto first = aggregate.held.begin();
  outcome.notes.push_back({.key = held_key(first->second.row), .value = {}});
  outcome.ready.push_back({.row = std::move(first->second.row),
                           .how = how,
                           .expected = aggregate.last + 1,
                           .waited_ms = how == How::kAhead ? now_ms - first->second.since_ms : 0});
  aggregate.last = std::max(aggregate.last, first->first);
  aggregate.held.erase(first);
  --held_count_;
}

std::set<std::string> AggregateOrder::held_places() const {
  std::set<std::string> out;
  for (const auto& [key, aggregate] : known_) {
    for (const auto& [version, held] : aggregate.held) out.insert(held.row.place);
  }
  return out;
}

bool AggregateOrder::is_waiting(const Waiting& waiting) const {
  const auto& held = known_.at(waiting.key).held;
  return std::any_of(held.begin(), held.end(),
                     [&](const auto& each) { return each.second.row.place == waiting.place; });
}

std::optional<std::uint64_t> AggregateOrder::next_expiry_ms() {
  if (held_count_ == 0) waiting_.clear();
  while (!waiting_.empty()) {
    const auto aggregate = known_.find(waiting_.front().key);
    if (aggregate != known_.end() && is_waiting(waiting_.front())) {
      return waiting_.front().due_ms;
    }
    waiting_.pop_front();
  }
  return std::nullopt;
}

void AggregateOrder::forget_idle() {
  if (known_.size() <= kKnownMax) return;
  for (auto each = known_.begin(); each != known_.end();) {
    each = each->second.held.empty() ? known_.erase(each) : std::next(each);
  }
}

}  // namespace courtside
