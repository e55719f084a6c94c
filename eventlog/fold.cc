#include "eventlog/fold.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <numeric>
#include <tuple>
#include <type_traits>

#include "base/check.h"
#include "eventlog/term.h"

namespace courtside {

namespace {

bool is_before(const TermEntry& a, const TermEntry& b) {
  return std::tie(a.term_hash, a.index) < std::tie(b.term_hash, b.index);
}

bool is_same(const TermEntry& a, const TermEntry& b) {
  return std::tie(a.term_hash, a.index) == std::tie(b.term_hash, b.index);
}

// Sorts the entries and removes duplicates. Hashes are evenly spread, so their first bits place an
// entry close to its final position, and only small buckets remain to be sorted (a plain sort costs
// 0.4 us per event in large batches).
void sort_terms(std::vector<TermEntry>& terms) {
  const auto shift = static_cast<unsigned>(std::countl_zero(terms.size() | 1));
  const auto bucket_of = [shift](const TermEntry& entry) {
    return static_cast<std::size_t>(entry.term_hash >> shift);
  };
  std::vector<std::uint32_t> ends((std::size_t{1} << (64 - shift)) + 1);
  for (const TermEntry& entry : terms) ++ends[bucket_of(entry) + 1];
  std::partial_sum(ends.begin(), ends.end(), ends.begin());
  std::vector<TermEntry> sorted(terms.size());
  for (const TermEntry& entry : terms) sorted[ends[bucket_of(entry)]++] = entry;
  for (auto begin = sorted.begin(); begin != sorted.end();) {
    const auto end = sorted.begin() + ends[bucket_of(*begin)];
    std::sort(begin, end, is_before);
    begin = end;
  }
  sorted.erase(std::unique(sorted.begin(), sorted.end(), is_same), sorted.end());
  terms.swap(sorted);
}

}  // namespace

Fold::Fold(const FoldState& state, const FoldPlace& place, Timestamp now,
           std::optional<Error> no_room)
    : state_(state),
      place_(place),
      recorded_(std::max(place.recorded, now)),
      no_room_(std::move(no_room)) {
  batch_.range = {place.next, place.next};
}

Result<void> Fold::apply(const Command& command) {
  if (const auto* append_command = std::get_if<Append>(&command)) return append(*append_command);
  drop(std::get<Drop>(command).below);
  return {};
}

Result<void> Fold::append(const Append& command) {
  Mark mark{.place = place_,
            .storage_bytes = storage_.size(),
            .records = batch_.begins.size(),
            .terms = batch_.terms.size(),
            .subjects = {}};
  Result<Outcome> outcome = append_events(command, mark);
  if (!outcome) {
    if (outcome.error().code != Code::data_corrupt) return fail(outcome.error());
    outcome = Refused{outcome.error()};
  }
  const bool is_accepted = std::holds_alternative<std::vector<Appended>>(*outcome);
  if (!is_accepted) undo(mark);
  if (is_accepted && command.step) take_step(*command.step);
  batch_.verdicts.push_back({command.author, *std::move(outcome)});
  return {};
}

Result<Fold::Outcome> Fold::append_events(const Append& command, Mark& mark) {
  if (command.step) {
    auto place = source_place(command.step->source);
    if (!place) return fail(place.error());
    if (*place != command.step->from) return Overtaken{*std::move(place)};
  }
  std::vector<Appended> appended;
  appended.reserve(command.events.size());
  for (std::size_t index = 0; index < command.events.size(); ++index) {
    const NewEvent& event = command.events[index];
    auto known = find_duplicate(event.key);
    if (!known) return fail(known.error());
    if (*known) {
      appended.push_back(**known);
      continue;
    }
    auto subject = load_subject(EventView(event.event).subject());
    if (!subject) return fail(subject.error());
    if (event.expected_version && *event.expected_version != (*subject)->version) {
      return Conflict{index, *event.expected_version, (*subject)->version};
    }
    mark.subjects.emplace_back(*subject, **subject);
    appended.push_back(accept(event, **subject));
  }
  const bool writes = command.step || batch_.begins.size() > mark.records;
  if (writes && no_room_) return Refused{*no_room_};
  return appended;
}

Result<std::string> Fold::source_place(std::string_view source) const {
  const auto here = source_places_.find(source);
  return here != source_places_.end() ? here->second : state_.source_place(source);
}

void Fold::take_step(const SourceStep& step) {
  source_places_.insert_or_assign(step.source, step.to);
  batch_.source_writes.push_back({.source = step.source, .key = {}, .value = step.to});
  for (const SourceNote& note : step.notes) {
    batch_.source_writes.push_back({.source = step.source, .key = note.key, .value = note.value});
  }
}

void Fold::drop(Offset below) {
  place_.first_held = std::clamp(below, place_.first_held, place_.next);
}

Result<std::optional<Appended>> Fold::find_duplicate(const Hash128& key) const {
  if (const auto here = ids_.find(key); here != ids_.end()) {
    if (here->second.offset < place_.first_held) return std::nullopt;  // dropped in this batch
    return here->second;
  }
  auto offset = state_.find(key);
  if (!offset) return fail(offset.error());
  if (!*offset || **offset < place_.first_held) return std::nullopt;
  auto version = state_.subject_version_at(**offset);
  if (!version) return fail(version.error());
  return Appended{.offset = **offset, .subject_version = *version, .duplicate = true};
}

Result<SubjectState*> Fold::load_subject(std::string_view name) {
  if (const auto here = subjects_.find(name); here != subjects_.end()) return &here->second;
  auto committed = state_.subject(name);
  if (!committed) return fail(committed.error());
  return &subjects_.emplace(name, *committed).first->second;
}

Appended Fold::accept(const NewEvent& event, SubjectState& subject) {
  const Offset offset = place_.next;
  subject.version += 1;
  subject.last = offset;
  if (subject.version == 1) subject.first = offset;

  const auto index = static_cast<std::uint32_t>(batch_.begins.size());
  const std::size_t begin = storage_.size();
  append_record(storage_,
                {.offset = offset,
                 .recorded = recorded_,
                 .subject_version = subject.version,
                 .bytes_before = place_.bytes_through,
                 .id_scope = event.id_scope},
                event.channels, event.event);
  // The sequencer and the limit of events per command keep a batch far below 4 GiB.
  COURTSIDE_CHECK(storage_.size() <= std::numeric_limits<std::uint32_t>::max());
  batch_.begins.push_back(static_cast<std::uint32_t>(begin));
  batch_.index_entries.push_back({.key = event.key, .subject_first = subject.first});
  add_terms(index);
  // The same id again in this batch is a duplicate.
  ids_.insert_or_assign(event.key, Appended{offset, subject.version, /*duplicate=*/true});

  place_.next = next(offset);
  place_.recorded = recorded_;
  place_.bytes_through += storage_.size() - begin;
  return {.offset = offset, .subject_version = subject.version, .duplicate = false};
}

void Fold::add_terms(std::uint32_t index) {
  const RecordView record(std::string_view(storage_).substr(batch_.begins[index]));
  for_each_live_term(record, [this, index](std::string_view term) {
    batch_.terms.push_back({.term_hash = term_hash(term), .index = index});
  });
}

void Fold::undo(const Mark& mark) {
  // An id without an entry here is looked up in the committed state again, as before the command.
  for (std::size_t i = mark.records; i < batch_.index_entries.size(); ++i) {
    ids_.erase(batch_.index_entries[i].key);
  }
  for (auto it = mark.subjects.rbegin(); it != mark.subjects.rend(); ++it) *it->first = it->second;
  storage_.resize(mark.storage_bytes);
  batch_.begins.resize(mark.records);
  batch_.index_entries.resize(mark.records);
  batch_.terms.resize(mark.terms);
  place_ = mark.place;
}

Batch Fold::take() {
  batch_.range.end = place_.next;
  batch_.first_held = place_.first_held;
  if (!batch_.begins.empty()) {
    batch_.begins.push_back(static_cast<std::uint32_t>(storage_.size()));
  }
  sort_terms(batch_.terms);
  // The tail keeps batches for a long time and counts sizes, not capacities.
  batch_.terms.shrink_to_fit();
  storage_.shrink_to_fit();
  batch_.storage = std::make_shared<const std::string>(std::move(storage_));
  return std::move(batch_);
}

}  // namespace courtside
