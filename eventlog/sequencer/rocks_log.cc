#include "eventlog/sequencer/rocks_log.h"

#include <rocksdb/convenience.h>
#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "base/format.h"
#include "base/log.h"
#include "base/time.h"
#include "eventlog/database_error.h"
#include "eventlog/encoding.h"
#include "eventlog/note_keys.h"
#include "eventlog/record_scan.h"
#include "eventlog/sequencer/watched_scan.h"
#include "eventlog/source_notes.h"

namespace courtside {
namespace {

// See EventLogOptions::reclaim_bytes_min.
constexpr std::uint64_t kReclaimAfterUs = 15 * 60 * std::uint64_t{1'000'000};
// A log on a full or read-only disk is opened for writing after at most this time.
constexpr std::uint64_t kOpenRetryUs = 500'000;

// Without a tail file the log still works; only a later loss of its end is not detected.
std::unique_ptr<TailFile> make_tail(const std::string& path, const LogMeta& meta) {
  auto tail = TailFile::make(path, meta.epoch, meta.place.next);
  if (!tail) {
    log_warning("eventlog",
                tail.error().message + ": a loss of the log's end will not be detected");
    return nullptr;
  }
  return *std::move(tail);
}

Error missing_record(Offset offset) {
  return {Code::data_corrupt, format("the record at offset {} is missing", offset)};
}

}  // namespace

RocksLog::RocksLog(EventLogOptions options, std::unique_ptr<StorageGuard> guard,
                   std::unique_ptr<LogParts> parts)
    : options_(std::move(options)),
      guard_(std::move(guard)),
      epoch_(parts->meta.epoch),
      attributes_from_(parts->attributes_from),
      reclaimed_at_us_(steady_us()) {
  show(parts->meta.place);
  if (guard_->is_writable()) {
    become_writable(std::move(parts));
  } else {
    read_only_ = std::move(parts);
  }
}

std::shared_ptr<LogParts> RocksLog::parts() const {
  // Without a reference count: they are never replaced.
  LogParts* const writable = writable_.load(std::memory_order_acquire);
  if (writable != nullptr) return {std::shared_ptr<LogParts>(), writable};
  const std::lock_guard lock(read_only_mutex_);
  return read_only_ ? read_only_
                    : std::shared_ptr<LogParts>(std::shared_ptr<LogParts>(), writable_.load());
}

template <typename Value>
Result<Value> RocksLog::watched(Result<Value> read) const {
  if (!read) damage_.add(read.error());
  return read;
}

// ---------------------------------------------------------------------------------------------
// The disk.

void RocksLog::become_writable(std::unique_ptr<LogParts> parts) {
  owned_ = std::move(parts);
  tail_ = make_tail(options_.path, owned_->meta);
  writable_.store(owned_.get(), std::memory_order_release);
  guard_->set_writable();
  guard_->look(owned_->index->unwritten_bytes());
}

Result<void> RocksLog::look() {
  if (!owned_) return try_to_open();
  if (const auto failure = owned_->database->background_failure()) return fail(*failure);
  if (!guard_->is_look_due()) return {};
  guard_->look(owned_->index->unwritten_bytes());
  owned_->database->set_merge_room(guard_->merge_bytes());
  if (const auto damage = owned_->database->background_damage();
      damage && !has_told_merge_damage_) {
    has_told_merge_damage_ = true;
    damage_.add(*damage);
  }
  return write_pending_notes();
}

// Opens the log for writing. RocksDB's reader and writer may be open at the same time; our lock,
// which a reader holds, must be released before.
Result<void> RocksLog::try_to_open() {
  if (steady_us() - tried_us_ < kOpenRetryUs) return {};
  tried_us_ = steady_us();
  guard_->look(0);
  if (!guard_->can_write() || !guard_->could_open(bytes_to_open(options_.path))) return {};
  read_only_->database->release();
  auto opened = open_parts(options_, *guard_, /*is_copy=*/false);
  if (!opened) {
    const Code code = opened.error().code;
    if (code != Code::storage_full && code != Code::storage_read_only) return fail(opened.error());
    return read_only_->database->hold();
  }
  if ((*opened)->meta.place != place_) {
    return fail(Code::storage_read_only,
                "the disk can be written again, and the log has events that could not be shown "
                "before: start the server again");
  }
  become_writable(*std::move(opened));
  log_info("eventlog", "the disk can be written again, and the log is open for writing");
  const std::lock_guard lock(read_only_mutex_);
  read_only_.reset();
  return {};
}

bool RocksLog::may_drop() { return pending_notes_.empty() && has_room(0); }

bool RocksLog::has_room(std::uint64_t bytes) {
  return guard_->has_room(bytes + StorageGate::kSmallWriteBytes);
}

LogCondition RocksLog::condition() const {
  return {.storage = guard_->status(), .damage_count = damage_.count(), .damage = damage_.first()};
}

Result<void> RocksLog::checkpoint(const std::string& target) const {
  const LogParts* const parts = writable_.load(std::memory_order_acquire);
  if (parts == nullptr) return fail(Code::storage_read_only, "the log is open to read only");
  // RocksDB moves all records into files first. Without room that would fail, and end the log.
  if (!guard_->has_room(parts->database->memtable_bytes() + StorageGate::kMarginBytes)) {
    return fail(Code::storage_full, "the disk of the log has no room for a backup");
  }
  return parts->database->checkpoint(target);
}

// ---------------------------------------------------------------------------------------------
// Writing.

Result<void> RocksLog::look_up(std::vector<Hash128> keys) {
  std::sort(keys.begin(), keys.end());
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  looked_up_.clear();
  auto offsets = parts()->index->find_all(keys);
  // With damage, find() answers for each id alone.
  if (!offsets && offsets.error().code == Code::data_corrupt) return {};
  if (!offsets) return fail(offsets.error());
  looked_up_ = std::move(keys);
  looked_up_offsets_ = *std::move(offsets);
  return {};
}

Result<void> RocksLog::commit(const Batch& batch, const FoldPlace& after) {
  looked_up_.clear();
  COURTSIDE_CHECK(batch.range.begin == place_.next && batch.range.end == after.next);
  if (failed_) return fail(Code::write_failed, "the log accepts no writes after a failed one");
  // A batch of only duplicates and conflicts writes nothing.
  if (after == place_ && batch.source_writes.empty()) return {};
  COURTSIDE_CHECK(owned_ != nullptr);
  auto written = write(batch, after);
  if (!written) {
    failed_ = true;
    return written;
  }
  guard_->on_written(batch.storage->size() + batch.source_bytes());
  if (tail_ && after.next != place_.next) tail_->advance(after.next);
  owned_->index->add(batch);
  show(after);
  return {};
}

Result<void> RocksLog::write(const Batch& batch, const FoldPlace& after) {
  if (auto room = owned_->index->make_room(); !room) return room;
  const Database& database = *owned_->database;
  constexpr std::size_t kPerRecord = 20;  // RocksDB's tag, family and lengths, and our key
  rocksdb::WriteBatch writes(batch.storage->size() + (batch.size() + 4) * kPerRecord);
  rocksdb::ColumnFamilyHandle* events = database.family(Family::kEvents);
  for (std::size_t i = 0; i < batch.size(); ++i) {
    const RecordView record = batch.at(i);
    writes.Put(events, encode(record.offset()).view(), record.bytes());
  }
  put_place(writes, database, after);
  for (const SourceWrite& write : batch.source_writes) put_source(writes, database, write);
  rocksdb::WriteOptions options;
  options.sync = true;
  const rocksdb::Status status = database.rocks().Write(options, &writes);
  if (!status.ok()) return fail(error_from(status, "commit", Code::write_failed));
  return {};
}

void RocksLog::show(const FoldPlace& place) {
  place_ = place;
  held_.publish({place.first_held, place.next});
}

Result<void> RocksLog::write_notes(const std::vector<LogNote>& notes) {
  if (failed_) return fail(Code::write_failed, "the log accepts no writes after a failed one");
  pending_notes_.add(notes);
  return write_pending_notes();
}

Result<void> RocksLog::write_pending_notes() {
  if (!owned_ || pending_notes_.empty() || !has_room(0)) return {};
  if (auto written = put_notes(*owned_->database, pending_notes_.all()); !written) return written;
  pending_notes_.clear();
  return {};
}

// The total size of all records before `offset`.
Result<std::uint64_t> RocksLog::bytes_before(Offset offset) const {
  if (offset == place_.next) return place_.bytes_through;
  auto record = watched(read_record(*parts()->database, offset));
  if (!record) return fail(record.error());
  return *record ? (**record)->bytes_before() : 0;
}

Result<void> RocksLog::reclaim() {
  if (!owned_ || reclaimed_ >= place_.first_held) return {};
  auto before = bytes_before(place_.first_held);
  if (!before) return fail(before.error());
  const bool due = *before - reclaimed_bytes_ >= options_.reclaim_bytes_min ||
                   steady_us() - reclaimed_at_us_ >= kReclaimAfterUs;
  if (!due) return {};
  // Records that the index would be rebuilt from must stay, even dropped ones: subjects outlive
  // their events.
  const Offset low_water = owned_->index->low_water();
  if (low_water < place_.first_held) owned_->index->seal();
  const Offset below = std::min(place_.first_held, low_water);
  if (below <= reclaimed_) return {};
  if (below != place_.first_held) {
    before = bytes_before(below);
    if (!before) return fail(before.error());
  }
  if (auto removed = remove_below(below); !removed) return removed;
  reclaimed_ = below;
  reclaimed_bytes_ = *before;
  reclaimed_at_us_ = steady_us();
  return {};
}

Result<void> RocksLog::remove_below(Offset offset) {
  Database& database = *owned_->database;
  // From now on compactions drop the rest.
  database.set_floors({.first_held = place_.first_held, .first_needed = offset});
  const auto begin_key = encode(Offset(0));
  const auto end_key = encode(offset);
  const rocksdb::Slice begin = begin_key.view();
  const rocksdb::Slice end = end_key.view();
  const rocksdb::Status status = rocksdb::DeleteFilesInRange(
      &database.rocks(), database.family(Family::kEvents), &begin, &end, /*include_end=*/false);
  if (!status.ok()) return fail(error_from(status, "reclaim", Code::write_failed));
  return {};
}

// ---------------------------------------------------------------------------------------------
// Reading.

Result<std::vector<Record>> RocksLog::read(const std::vector<Offset>& offsets) const {
  return watched(read_records(*parts()->database, *this, offsets));
}

std::unique_ptr<RecordScan> RocksLog::scan(OffsetRange range, Direction direction) const {
  auto from = parts();
  auto scan = scan_records(*from->database, this, within(range, held()), direction);
  return std::make_unique<WatchedScan<RecordScan, Record, LogParts>>(std::move(from),
                                                                     std::move(scan), damage_);
}

std::unique_ptr<OffsetScan> RocksLog::postings(std::string_view term, OffsetRange range,
                                               Direction direction) const {
  auto from = parts();
  auto scan = from->index->postings(term, within(range, held()), direction);
  return std::make_unique<WatchedScan<OffsetScan, Offset, LogParts>>(std::move(from),
                                                                     std::move(scan), damage_);
}

Result<SubjectState> RocksLog::subject(std::string_view name) const {
  return watched(parts()->index->subject(name));
}

Result<std::optional<Offset>> RocksLog::find(const Hash128& key) const {
  const auto known = std::lower_bound(looked_up_.begin(), looked_up_.end(), key);
  Result<std::optional<Offset>> offset =
      known != looked_up_.end() && *known == key
          ? looked_up_offsets_[static_cast<std::size_t>(known - looked_up_.begin())]
          : watched(parts()->index->find(key));
  if (offset && *offset && **offset < place_.first_held) return std::nullopt;
  return offset;
}

Result<std::uint64_t> RocksLog::subject_version_at(Offset offset) const {
  auto record = read_record(*parts()->database, offset);
  if (record && !*record) record = fail(missing_record(offset));
  record = watched(std::move(record));
  if (!record) return fail(record.error());
  return (**record)->subject_version();
}

Result<Offset> RocksLog::first_at_or_after(Timestamp time) const {
  OffsetRange rest = held();
  while (!rest.empty()) {
    const Offset middle(rest.begin.value() + rest.count() / 2);
    auto record = read_record(*parts()->database, middle);
    const bool dropped = record && !*record && middle < held().begin;
    if (record && !*record && !dropped) record = fail(missing_record(middle));
    record = watched(std::move(record));
    if (!record) return fail(record.error());
    if (dropped || (**record)->recorded() < time) {
      rest.begin = next(middle);
    } else {
      rest.end = middle;
    }
  }
  return std::max(rest.begin, held().begin);
}

Result<std::string> RocksLog::source_place(std::string_view source) const {
  return watched(get_source_note(*parts()->database, source, {}));
}

Result<std::string> RocksLog::source_note(std::string_view source, std::string_view key) const {
  return watched(get_source_note(*parts()->database, source, key));
}

Result<std::vector<SourceNote>> RocksLog::source_notes(std::string_view source,
                                                       std::string_view prefix,
                                                       std::size_t count_max) const {
  return watched(get_source_notes(*parts()->database, source, prefix, count_max));
}

Result<bool> RocksLog::has_event(const Hash128& key) const {
  const auto offset = watched(parts()->index->find(key));
  if (!offset) return fail(offset.error());
  return *offset && **offset >= held().begin;
}

Result<std::vector<LogNote>> RocksLog::notes(std::string_view prefix) const {
  const auto stored = watched(get_notes(*parts()->database, prefix));
  if (!stored) return fail(stored.error());
  return pending_notes_.over(*stored, prefix);
}

}  // namespace courtside
