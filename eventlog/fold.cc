#include "eventlog/fold.h"

#include <algorithm>
#include <limits>
#include <tuple>
#include <type_traits>

#include "base/check.h"
#include "eventlog/term.h"

namespace courtside {

Fold::Fold(const FoldState& state, const FoldPlace& place, Timestamp now)
    : state_(state), place_(place), recorded_(std::max(place.recorded, now)) {
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
      const Conflict conflict{index, *event.expected_version, (*subject)->version};
      undo(mark);
      batch_.verdicts.push_back({command.author, conflict});
      return {};
    }
    mark.subjects.emplace_back(*subject, **subject);
    appended.push_back(accept(event, **subject));
  }
  batch_.verdicts.push_back({command.author, std::move(appended)});
  return {};
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
                 .bytes_before = place_.bytes_through},
                event.channels, event.event);
  // A batch is bounded far below 4 GiB: by the sequencer, and by the events of one command.
  COURTSIDE_CHECK(storage_.size() <= std::numeric_limits<std::uint32_t>::max());
  batch_.begins.push_back(static_cast<std::uint32_t>(begin));
  batch_.index_entries.push_back({.key = event.key, .subject_first = subject.first});
  add_terms(index);
  // Whoever asks again in this batch hears that it is a repeat.
  ids_.insert_or_assign(event.key, Appended{offset, subject.version, /*duplicate=*/true});

  place_.next = next(offset);
  place_.recorded = recorded_;
  place_.bytes_through += storage_.size() - begin;
  return {.offset = offset, .subject_version = subject.version, .duplicate = false};
}

void Fold::add_terms(std::uint32_t index) {
  const RecordView record(std::string_view(storage_).substr(batch_.begins[index]));
  for_each_term(record, [this, index](std::string_view term) {
    batch_.terms.push_back({.term_hash = term_hash(term), .index = index});
  });
}

void Fold::undo(const Mark& mark) {
  // Without its entry here an id is looked up in the committed state again, as before the command.
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
  const auto order = [](const TermEntry& entry) { return std::tie(entry.term_hash, entry.index); };
  std::sort(batch_.terms.begin(), batch_.terms.end(),
            [&order](const TermEntry& a, const TermEntry& b) { return order(a) < order(b); });
  const auto same = [&order](const TermEntry& a, const TermEntry& b) {
    return order(a) == order(b);
  };
  batch_.terms.erase(std::unique(batch_.terms.begin(), batch_.terms.end(), same),
                     batch_.terms.end());
  // The tail keeps batches for long and counts sizes, not capacities.
  batch_.terms.shrink_to_fit();
  storage_.shrink_to_fit();
  batch_.storage = std::make_shared<const std::string>(std::move(storage_));
  return std::move(batch_);
}

}  // namespace courtside
