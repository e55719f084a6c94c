#include "eventlog/sequencer/event_log.h"

#include <rocksdb/convenience.h>
#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include <algorithm>
#include <atomic>
#include <utility>

#include "base/check.h"
#include "base/format.h"
#include "base/log.h"
#include "base/time.h"
#include "eventlog/database.h"
#include "eventlog/database_error.h"
#include "eventlog/encoding.h"
#include "eventlog/index/index.h"
#include "eventlog/log_folder.h"
#include "eventlog/log_meta.h"
#include "eventlog/note_keys.h"
#include "eventlog/private_files.h"
#include "eventlog/record_scan.h"
#include "eventlog/source_notes.h"
#include "eventlog/tail_file.h"
#include "eventlog/verify/backup_file.h"
#include "eventlog/verify/log_end.h"

namespace courtside {
namespace {

// See EventLogOptions::reclaim_bytes_min.
constexpr std::uint64_t kReclaimAfterUs = 15 * 60 * std::uint64_t{1'000'000};

// The retained range, readable on any thread.
class PublishedRange {
 public:
  // The end is stored first and loaded last, so a reader never sees a begin beyond the end.
  void publish(OffsetRange range) {
    end_.store(range.end.value(), std::memory_order_release);
    begin_.store(range.begin.value(), std::memory_order_release);
  }
  OffsetRange get() const {
    const Offset begin(begin_.load(std::memory_order_acquire));
    return {begin, Offset(end_.load(std::memory_order_acquire))};
  }

 private:
  std::atomic<std::uint64_t> begin_{1};
  std::atomic<std::uint64_t> end_{1};
};

class RocksLog : public EventLog {
 public:
  RocksLog(std::unique_ptr<Database> database, std::unique_ptr<Index> index, LogMeta meta,
           std::unique_ptr<TailFile> tail, Offset attributes_from, std::uint64_t reclaim_bytes_min)
      : database_(std::move(database)),
        index_(std::move(index)),
        tail_(std::move(tail)),
        epoch_(std::move(meta.epoch)),
        attributes_from_(attributes_from),
        reclaim_bytes_min_(reclaim_bytes_min),
        reclaimed_at_us_(steady_us()) {
    show(meta.place);
  }

  FoldPlace place() const override { return place_; }
  Result<void> look_up(std::vector<Hash128> keys) override;
  Result<void> commit(const Batch& batch, const FoldPlace& after) override;
  Result<void> reclaim() override;
  Result<void> checkpoint(const std::string& target) const override {
    return database_->checkpoint(target);
  }
  const std::string& folder() const override { return database_->path(); }

  const std::string& epoch() const override { return epoch_; }
  OffsetRange held() const override { return held_.get(); }
  Result<std::vector<Record>> read(const std::vector<Offset>& offsets) const override {
    return read_records(*database_, *this, offsets);
  }
  std::unique_ptr<RecordScan> scan(OffsetRange range, Direction direction) const override {
    return scan_records(*database_, this, within(range, held()), direction);
  }
  std::unique_ptr<OffsetScan> postings(std::string_view term, OffsetRange range,
                                       Direction direction) const override {
    return index_->postings(term, within(range, held()), direction);
  }
  Offset attributes_from() const override { return attributes_from_; }
  Result<Offset> first_at_or_after(Timestamp time) const override;
  Result<SubjectState> subject(std::string_view name) const override {
    return index_->subject(name);
  }

  Result<std::optional<Offset>> find(const Hash128& key) const override;
  Result<std::uint64_t> subject_version_at(Offset offset) const override;
  Result<std::string> source_place(std::string_view source) const override {
    return get_source_note(*database_, source, {});
  }
  Result<std::string> source_note(std::string_view source, std::string_view key) const override {
    return get_source_note(*database_, source, key);
  }
  Result<std::vector<SourceNote>> source_notes(std::string_view source, std::string_view prefix,
                                               std::size_t count_max) const override {
    return get_source_notes(*database_, source, prefix, count_max);
  }
  Result<bool> has_event(const Hash128& key) const override {
    const auto offset = index_->find(key);
    if (!offset) return fail(offset.error());
    return *offset && **offset >= held().begin;
  }
  bool holds_every_event() const override { return held().begin == Offset(1); }
  Result<std::vector<LogNote>> notes(std::string_view prefix) const override {
    return get_notes(*database_, prefix);
  }
  Result<void> write_notes(const std::vector<LogNote>& notes) override {
    if (failed_) return fail(Code::write_failed, "the log accepts no writes after a failed one");
    return put_notes(*database_, notes);
  }

 private:
  Result<void> write(const Batch& batch, const FoldPlace& after);
  void show(const FoldPlace& place);
  Result<std::uint64_t> bytes_before(Offset offset) const;
  Result<void> remove_below(Offset offset);

  const std::unique_ptr<Database> database_;
  const std::unique_ptr<Index> index_;
  const std::unique_ptr<TailFile> tail_;  // null if it could not be created
  const std::string epoch_;
  const Offset attributes_from_;
  FoldPlace place_;
  PublishedRange held_;
  std::vector<Hash128> looked_up_;  // ascending
  std::vector<std::optional<Offset>> looked_up_offsets_;
  bool failed_ = false;

  const std::uint64_t reclaim_bytes_min_;
  Offset reclaimed_;  // records below it were removed by this process
  std::uint64_t reclaimed_bytes_ = 0;
  std::uint64_t reclaimed_at_us_;
};

Result<void> RocksLog::look_up(std::vector<Hash128> keys) {
  std::sort(keys.begin(), keys.end());
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  auto offsets = index_->find_all(keys);
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
  auto written = write(batch, after);
  if (!written) {
    failed_ = true;
    return written;
  }
  if (tail_ && after.next != place_.next) tail_->advance(after.next);
  index_->add(batch);
  show(after);
  return {};
}

Result<void> RocksLog::write(const Batch& batch, const FoldPlace& after) {
  if (auto room = index_->make_room(); !room) return room;
  constexpr std::size_t kPerRecord = 20;  // RocksDB's tag, family and lengths, and our key
  rocksdb::WriteBatch writes(batch.storage->size() + (batch.size() + 4) * kPerRecord);
  rocksdb::ColumnFamilyHandle* events = database_->family(Family::kEvents);
  for (std::size_t i = 0; i < batch.size(); ++i) {
    const RecordView record = batch.at(i);
    writes.Put(events, encode(record.offset()).view(), record.bytes());
  }
  put_place(writes, *database_, after);
  for (const SourceWrite& write : batch.source_writes) put_source(writes, *database_, write);
  rocksdb::WriteOptions options;
  options.sync = true;
  const rocksdb::Status status = database_->rocks().Write(options, &writes);
  if (!status.ok()) return fail(error_from(status, "commit", Code::write_failed));
  return {};
}

void RocksLog::show(const FoldPlace& place) {
  place_ = place;
  held_.publish({place.first_held, place.next});
}

Result<std::optional<Offset>> RocksLog::find(const Hash128& key) const {
  const auto known = std::lower_bound(looked_up_.begin(), looked_up_.end(), key);
  Result<std::optional<Offset>> offset =
      known != looked_up_.end() && *known == key
          ? looked_up_offsets_[static_cast<std::size_t>(known - looked_up_.begin())]
          : index_->find(key);
  if (offset && *offset && **offset < place_.first_held) return std::nullopt;
  return offset;
}

Result<std::uint64_t> RocksLog::subject_version_at(Offset offset) const {
  auto record = read_record(*database_, offset);
  if (!record) return fail(record.error());
  if (!*record) {
    return fail(Code::data_corrupt, format("the record at offset {} is missing", offset));
  }
  return (**record)->subject_version();
}

Result<Offset> RocksLog::first_at_or_after(Timestamp time) const {
  OffsetRange rest = held();
  while (!rest.empty()) {
    const Offset middle(rest.begin.value() + rest.count() / 2);
    auto record = read_record(*database_, middle);
    if (!record) return fail(record.error());
    const bool dropped = !*record && middle < held().begin;
    if (!*record && !dropped) {
      return fail(Code::data_corrupt, format("the record at offset {} is missing", middle));
    }
    if (dropped || (**record)->recorded() < time) {
      rest.begin = next(middle);
    } else {
      rest.end = middle;
    }
  }
  return std::max(rest.begin, held().begin);
}

// The total size of all records before `offset`.
Result<std::uint64_t> RocksLog::bytes_before(Offset offset) const {
  if (offset == place_.next) return place_.bytes_through;
  auto record = read_record(*database_, offset);
  if (!record) return fail(record.error());
  return *record ? (**record)->bytes_before() : 0;
}

Result<void> RocksLog::reclaim() {
  if (reclaimed_ >= place_.first_held) return {};
  auto before = bytes_before(place_.first_held);
  if (!before) return fail(before.error());
  const bool due = *before - reclaimed_bytes_ >= reclaim_bytes_min_ ||
                   steady_us() - reclaimed_at_us_ >= kReclaimAfterUs;
  if (!due) return {};
  // Records that the index would be rebuilt from must stay, even dropped ones: subjects outlive
  // their events.
  const Offset low_water = index_->low_water();
  if (low_water < place_.first_held) index_->seal();
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
  // From now on compactions drop the rest.
  database_->set_floors({.first_held = place_.first_held, .first_needed = offset});
  const auto begin_key = encode(Offset(0));
  const auto end_key = encode(offset);
  const rocksdb::Slice begin = begin_key.view();
  const rocksdb::Slice end = end_key.view();
  const rocksdb::Status status = rocksdb::DeleteFilesInRange(
      &database_->rocks(), database_->family(Family::kEvents), &begin, &end, /*include_end=*/false);
  if (!status.ok()) return fail(error_from(status, "reclaim", Code::write_failed));
  return {};
}

// The checks that need no change to the log.
Result<LogEnd> check_before_opening(const std::string& path) {
  const auto found = inspect_log_folder(path);
  if (!found) return fail(found.error());
  if (*found != LogFolder::kLog) return LogEnd{.has_tail = true};
  auto end = check_closed_log(path);
  if (!end) return end;
  if (!end->has_tail) {
    log_info(
        "eventlog",
        format(
            "the log in {} has no file `tail` yet: from now on a loss of its end will be detected",
            path));
  }
  return end;
}

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

// Older versions created files with the permissions that the umask allowed, and folders may be
// created by others. A log that cannot be made private is served anyway: the mount may have another
// owner.
void close_to_others(const std::string& folder) {
  const Result<std::uint64_t> changed = keep_private(folder);
  if (!changed) {
    log_warning("eventlog", "other users may read the log: " + changed.error().message);
  } else if (*changed > 0) {
    log_info("eventlog",
             format("{}: {} files and folders were open to other users and are closed now", folder,
                    *changed));
  }
}

}  // namespace

Result<std::unique_ptr<EventLog>> EventLog::open(const EventLogOptions& options) {
  COURTSIDE_CHECK(options.segment_events_max > 0);
  // Under the old epoch its next events would be confused with those that the log had at the same
  // offsets.
  if (is_backup(options.path)) {
    return fail(Code::no_input, options.path + " is a backup: restore it into a folder first");
  }
  auto end = check_before_opening(options.path);
  if (!end) return fail(end.error());
  auto database = Database::open({.path = options.path,
                                  .block_cache_bytes = options.block_cache_bytes,
                                  .max_open_files = options.open_files_max,
                                  .env = options.env});
  if (!database) return fail(database.error());
  close_to_others(options.path);
  auto meta = load_or_create_meta(**database);
  if (!meta) return fail(meta.error());
  // Also for a log that was complete before: a crash may have left the mark.
  if (auto made = finish_log_folder(options.path); !made) return fail(made.error());
  if (end->is_copy) {
    auto epoch = renew_epoch(**database);
    if (!epoch) return fail(epoch.error());
    log_warning("eventlog",
                format("the data folder {} is a copy: log {} may have new events elsewhere, so "
                       "this one continues as {} and refuses every token that was made before now",
                       options.path, meta->epoch, *epoch));
    meta->epoch = *std::move(epoch);
  }
  auto index = Index::open(**database, meta->place.next,
                           {.segment_events_max = options.segment_events_max,
                            .segment_bytes_max = options.segment_bytes_max});
  if (!index) return fail(index.error());
  auto attributes_from = settle_attributes_from(**database);
  if (!attributes_from) return fail(attributes_from.error());
  auto tail = make_tail(options.path, *meta);
  return std::make_unique<RocksLog>(*std::move(database), *std::move(index), *std::move(meta),
                                    std::move(tail), *attributes_from, options.reclaim_bytes_min);
}

}  // namespace courtside
