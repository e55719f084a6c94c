#include "replay/state/state_reader.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "base/check.h"
#include "base/format.h"
#include "base/json.h"

namespace courtside {
namespace {

constexpr std::size_t kPageEvents = 256;
constexpr std::size_t kPageBytes = 1 << 20;

// The key includes everything that changes the result, so snapshots of another log, other rules or
// another view are not found.
Hash128 key_of(const std::string& epoch, const StateRead& read) {
  std::string name = format("{}:{}:{}", epoch, kStateRulesVersion, read.subject);
  return hash128(name, read.view.key);
}

Error not_found(const StateRead& read) {
  return {Code::not_found, read.subject + " did not exist then"};
}

Error expired(const LogReader& log) {
  JsonObject details;
  details.text("earliest", format_position(log.epoch(), previous(log.held().begin)));
  return {Code::position_expired, "events before the position are gone", details.take()};
}

}  // namespace

Result<State> StateReader::state_at(const std::string& subject, Offset at,
                                    const StateView& view) const {
  StateRead read{.subject = subject, .at = at, .view = view};
  const Result<bool> done = read_on(read, std::numeric_limits<std::uint64_t>::max());
  if (!done) return fail(done.error());
  return state(read);
}

State StateReader::state(const StateRead& read) {
  return {.json = read.fold.text(),
          .version = read.fold.version(),
          .last = read.last_shown,
          .folded_from = read.folded_from};
}

Result<bool> StateReader::read_on(StateRead& read, std::uint64_t scanned_max) const {
  if (!read.begun) {
    if (const Result<void> begun = begin(read); !begun) return fail(begun.error());
  }
  const std::uint64_t scanned_before = read.scanned;
  while (read.next <= read.at) {
    const std::uint64_t scanned = read.scanned - scanned_before;
    if (scanned >= scanned_max) {
      if (read.version > 0) cache_.put(read.key, snapshot(read));
      return false;
    }
    if (const Result<void> page = read_page(read, scanned_max - scanned); !page) {
      return fail(page.error());
    }
  }
  if (const Result<void> finished = finish(read); !finished) return fail(finished.error());
  return true;
}

Result<void> StateReader::begin(StateRead& read) const {
  const Result<SubjectState> subject = log_.subject(read.subject);
  if (!subject) return fail(subject.error());
  if (subject->version == 0 || subject->first > read.at) return fail(not_found(read));
  read.begun = true;
  read.next = subject->first;
  read.key = key_of(log_.epoch(), read);

  std::optional<StateSnapshot> base = cache_.find(read.key, read.at);
  // `subject` was read after `at` was taken from the log, so it includes every event up to `at`.
  const bool is_known = base && (base->through >= read.at || subject->last <= base->through);
  if (snapshots_ != nullptr && !is_known) {
    if (const auto kept = snapshots_->find(read.key, read.at)) {
      const auto stored = decode_snapshot(kept->bytes);
      const bool is_later = stored && (!base || base->last_event < stored->last_event);
      if (is_later && stored->last_event == kept->offset) base = stored;
    }
  }
  if (!base || !read.fold.resume(base->text, base->memory)) {
    read.fold = StateFold(read.subject);
    return {};
  }
  read.next = next(base->through);
  read.last_event = base->last_event;
  read.last_shown = base->last_shown;
  read.version = base->version;
  read.folded_from = base->folded_from;
  if (is_known) read.next = next(std::max(read.at, base->through));
  return {};
}

Result<void> StateReader::read_page(StateRead& read, std::uint64_t scanned_max) const {
  const Offset begin = std::min(std::max(read.next, log_.held().begin), next(read.at));
  Filter filter;
  filter.subject = read.subject;
  const Result<Page> page = pages_.read(filter, {.window = {begin, next(read.at)},
                                                 .direction = Direction::kAscending,
                                                 .events_max = kPageEvents,
                                                 .bytes_max = kPageBytes,
                                                 .scanned_max = scanned_max});
  if (!page) return fail(page.error());
  if (page->covered.begin > read.next) read.is_behind = true;
  for (const Record& record : page->records) take(read, record.view());
  read.scanned += page->scanned;
  read.next = std::max(page->covered.end, begin);
  const bool pays = read.bytes_since_kept >= kKeepTimesLarger * read.fold.size_bytes();
  if (read.events_since_kept >= kKeepEvents && pays) keep(read);
  return {};
}

void StateReader::take(StateRead& read, RecordView record) const {
  if (record.subject_version() != read.version + 1) {
    // Events before this one are missing, so the state known so far is not a valid base.
    read.fold = StateFold(read.subject);
    read.folded_from = record.subject_version();
    read.last_shown = Offset(0);
  }
  read.version = record.subject_version();
  read.last_event = record.offset();
  ++read.events;
  ++read.events_since_kept;
  read.bytes_since_kept += record.bytes().size();
  if (read.view.shows && !read.view.shows(record)) return;
  read.fold.apply(record, read.view.projection ? read.view.projection(record) : nullptr);
  read.last_shown = record.offset();
}

StateSnapshot StateReader::snapshot(const StateRead& read) {
  // After a gap, only the next event's version shows whether events are missing.
  const Offset looked_at = std::min(read.at, previous(read.next));
  return {.through = read.is_behind && read.next <= read.at ? read.last_event : looked_at,
          .last_event = read.last_event,
          .last_shown = read.last_shown,
          .version = read.version,
          .folded_from = read.folded_from,
          .text = read.fold.text(),
          .memory = read.fold.memory()};
}

void StateReader::keep(StateRead& read) const {
  if (snapshots_ != nullptr) snapshots_->put(read.key, read.last_event, encode(snapshot(read)));
  read.events_since_kept = 0;
  read.bytes_since_kept = 0;
}

Result<void> StateReader::finish(StateRead& read) const {
  if (read.is_behind) {
    const Result<bool> whole = is_whole(read);
    if (!whole) return fail(whole.error());
    if (!*whole) return fail(expired(log_));
  }
  if (read.version > 0) cache_.put(read.key, snapshot(read));
  if (read.events >= kKeepEvents && read.events_since_kept > 0) keep(read);
  if (read.fold.empty()) return fail(not_found(read));
  return {};
}

// True when no event is missing between the last one read and `at`; the next event's version shows
// it.
Result<bool> StateReader::is_whole(const StateRead& read) const {
  const Result<SubjectState> subject = log_.subject(read.subject);
  if (!subject) return fail(subject.error());
  if (subject->last <= read.at) return subject->version == read.version;
  Filter filter;
  filter.subject = read.subject;
  const OffsetRange held = log_.held();
  const OffsetRange rest = within({next(read.at), held.end}, held);
  const Result<Page> page = pages_.read(filter, {.window = rest, .events_max = 1});
  if (!page) return fail(page.error());
  return !page->records.empty() &&
         page->records.front().view().subject_version() == read.version + 1;
}

}  // namespace courtside
