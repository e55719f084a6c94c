#include "tests/support/memory_log.h"

#include <algorithm>

#include "base/check.h"
#include "eventlog/term.h"

namespace courtside {
namespace {

template <typename Scan, typename Item>
class ListScan : public Scan {
 public:
  ListScan(std::vector<Item> items, Direction direction) : items_(std::move(items)) {
    if (direction == Direction::kDescending) std::reverse(items_.begin(), items_.end());
  }
  Result<std::optional<Item>> next() override {
    if (taken_ == items_.size()) return std::nullopt;
    return items_[taken_++];
  }

 private:
  std::vector<Item> items_;
  std::size_t taken_ = 0;
};

}  // namespace

FoldPlace MemoryLog::place() const {
  const std::lock_guard lock(mutex_);
  return place_;
}

void MemoryLog::commit(const Batch& batch, const FoldPlace& after) {
  const std::lock_guard lock(mutex_);
  COURTSIDE_CHECK(batch.range.begin == place_.next && batch.range.end == after.next);
  for (std::size_t i = 0; i < batch.size(); ++i) {
    const Record record(batch.storage, batch.at(i).bytes());
    const Offset offset = record->offset();
    records_.emplace_back(record);
    ids_[batch.index_entries[i].key] = offset;
    SubjectState& subject = subjects_[std::string(record->event().subject())];
    subject.version = record->subject_version();
    subject.last = offset;
    if (subject.version == 1) subject.first = offset;
    for (const std::string& term : terms_of(record.view())) postings_[term].push_back(offset);
  }
  for (Offset offset = place_.first_held; offset < after.first_held; offset = next(offset)) {
    records_[offset.value() - 1].reset();
  }
  for (const SourceWrite& write : batch.source_writes) {
    source_notes_[{write.source, write.key}] = write.value;
  }
  place_ = after;
}

OffsetRange MemoryLog::held() const {
  const std::lock_guard lock(mutex_);
  return {place_.first_held, place_.next};
}

std::optional<Record> MemoryLog::record_at(Offset offset) const {
  return holds(offset) ? records_[offset.value() - 1] : std::nullopt;
}

Result<std::vector<Record>> MemoryLog::read(const std::vector<Offset>& offsets) const {
  const std::lock_guard lock(mutex_);
  std::vector<Record> records;
  for (const Offset offset : offsets) {
    if (auto record = record_at(offset)) records.push_back(*std::move(record));
  }
  return records;
}

std::unique_ptr<RecordScan> MemoryLog::scan(OffsetRange range, Direction direction) const {
  const std::lock_guard lock(mutex_);
  const OffsetRange here = within(range, {place_.first_held, place_.next});
  std::vector<Record> records;
  for (Offset offset = here.begin; offset < here.end; offset = next(offset)) {
    records.push_back(*record_at(offset));
  }
  return std::make_unique<ListScan<RecordScan, Record>>(std::move(records), direction);
}

std::unique_ptr<OffsetScan> MemoryLog::postings(std::string_view term, OffsetRange range,
                                                Direction direction) const {
  const std::lock_guard lock(mutex_);
  const OffsetRange here = within(range, {place_.first_held, place_.next});
  std::vector<Offset> offsets;
  if (const auto found = postings_.find(std::string(term)); found != postings_.end()) {
    for (const Offset offset : found->second) {
      if (here.contains(offset)) offsets.push_back(offset);
    }
  }
  return std::make_unique<ListScan<OffsetScan, Offset>>(std::move(offsets), direction);
}

Result<Offset> MemoryLog::first_at_or_after(Timestamp time) const {
  const std::lock_guard lock(mutex_);
  Offset offset = place_.first_held;
  while (offset < place_.next && (*record_at(offset))->recorded() < time) offset = next(offset);
  return offset;
}

Result<SubjectState> MemoryLog::subject(std::string_view subject) const {
  const std::lock_guard lock(mutex_);
  const auto found = subjects_.find(std::string(subject));
  return found == subjects_.end() ? SubjectState() : found->second;
}

Result<std::optional<Offset>> MemoryLog::find(const Hash128& key) const {
  const std::lock_guard lock(mutex_);
  const auto found = ids_.find(key);
  if (found == ids_.end() || !holds(found->second)) return std::nullopt;
  return found->second;
}

Result<std::uint64_t> MemoryLog::subject_version_at(Offset offset) const {
  const std::lock_guard lock(mutex_);
  const auto record = record_at(offset);
  COURTSIDE_CHECK(record);
  return (*record)->subject_version();
}

Result<std::string> MemoryLog::source_place(std::string_view source) const {
  return source_note(source, {});
}

Result<std::string> MemoryLog::source_note(std::string_view source, std::string_view key) const {
  const std::lock_guard lock(mutex_);
  const auto found = source_notes_.find({std::string(source), std::string(key)});
  return found == source_notes_.end() ? std::string() : found->second;
}

Result<std::vector<SourceNote>> MemoryLog::source_notes(std::string_view source,
                                                        std::string_view prefix,
                                                        std::size_t count_max) const {
  const std::lock_guard lock(mutex_);
  std::vector<SourceNote> out;
  for (const auto& [name, value] : source_notes_) {
    if (name.first != source || name.second.rfind(prefix, 0) != 0 || value.empty()) continue;
    if (out.size() == count_max) break;
    out.push_back({.key = name.second, .value = value});
  }
  return out;
}

Result<std::vector<LogNote>> MemoryLog::notes(std::string_view prefix) const {
  const std::lock_guard lock(mutex_);
  std::vector<LogNote> out;
  for (const auto& [key, value] : notes_) {
    if (key.starts_with(prefix)) out.push_back({.key = key, .value = value});
  }
  return out;
}

Result<void> MemoryLog::write_notes(const std::vector<LogNote>& notes) {
  const std::lock_guard lock(mutex_);
  for (const LogNote& note : notes) {
    if (note.value.empty()) {
      notes_.erase(note.key);
    } else {
      notes_[note.key] = note.value;
    }
  }
  return {};
}

}  // namespace courtside
