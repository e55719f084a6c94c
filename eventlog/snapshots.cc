#include "eventlog/snapshots.h"

#include <rocksdb/db.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/options.h>
#include <rocksdb/slice_transform.h>
#include <rocksdb/table.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <utility>

#include "base/check.h"
#include "base/format.h"
#include "base/log.h"
#include "eventlog/database.h"
#include "eventlog/database_error.h"
#include "eventlog/encoding.h"
#include "eventlog/log_folder.h"
#include "eventlog/rocks_logger.h"

namespace courtside {
namespace {

constexpr std::size_t kMiB = 1 << 20;
constexpr std::size_t kFilesMax = 64;  // a look-up that finds nothing asks the filter of each file
constexpr int kMergedFilesMin = 4;
constexpr std::size_t kKeyBytes = 16;

std::string full_key(const Hash128& key, Offset offset) {
  std::string out(encode(key).view());
  return out.append(encode(offset).view());
}

std::size_t write_buffer_bytes(std::size_t bytes_max) {
  return std::max(bytes_max / kFilesMax, kMiB);
}

// All files are open: RocksDB requires it for this style.
std::size_t bytes_within(const SnapshotsOptions& given) {
  const std::size_t files = given.bytes_max / write_buffer_bytes(given.bytes_max);
  constexpr std::size_t kSmallFiles = 2 * kMergedFilesMin;
  if (files + kSmallFiles <= given.open_files_max) return given.bytes_max;
  return std::max<std::size_t>(given.open_files_max - kSmallFiles, 8) * kMiB;
}

rocksdb::Options snapshot_options(std::size_t bytes_max) {
  rocksdb::Options options;
  options.create_if_missing = true;
  // The oldest file is removed when the total is too large. Files that compress well or that a
  // restart made too early are small: they are merged until they are as large as a write buffer.
  options.compaction_style = rocksdb::kCompactionStyleFIFO;
  options.compaction_options_fifo.max_table_files_size = bytes_max;
  options.compaction_options_fifo.allow_compaction = true;
  options.level0_file_num_compaction_trigger = kMergedFilesMin;
  options.max_compaction_bytes = kMergedFilesMin * write_buffer_bytes(bytes_max);
  options.write_buffer_size = write_buffer_bytes(bytes_max);
  options.level0_slowdown_writes_trigger = 1 << 20;
  options.level0_stop_writes_trigger = 1 << 20;
  options.prefix_extractor.reset(rocksdb::NewFixedPrefixTransform(kKeyBytes));
  rocksdb::BlockBasedTableOptions table;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  table.format_version = 5;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kSkipAnyCorruptedRecords;
  options.max_background_jobs = 1;
  options.avoid_flush_during_shutdown = true;
  options.max_open_files = -1;
  options.skip_stats_update_on_db_open = true;
  options.stats_dump_period_sec = 0;
  options.stats_persist_period_sec = 0;
  options.info_log = make_rocks_logger();
  return options;
}

class RocksSnapshots : public Snapshots {
 public:
  RocksSnapshots(std::unique_ptr<rocksdb::DB> rocks, std::function<bool()> has_room)
      : rocks_(std::move(rocks)), has_room_(std::move(has_room)) {}
  ~RocksSnapshots() override { rocks_->Close(); }

  std::optional<Snapshot> find(const Hash128& key, Offset at) const override {
    rocksdb::ReadOptions options;
    options.prefix_same_as_start = true;
    const std::unique_ptr<rocksdb::Iterator> it(rocks_->NewIterator(options));
    it->SeekForPrev(full_key(key, at));
    const std::string prefix(encode(key).view());
    if (!it->Valid() || !it->key().starts_with(prefix)) return std::nullopt;
    if (it->key().size() != kKeyBytes + 8) return std::nullopt;
    const Offset offset(number_at(it->key().ToStringView().substr(kKeyBytes)));
    return Snapshot{offset, it->value().ToString()};
  }

  void put(const Hash128& key, Offset offset, std::string_view bytes) override {
    if (has_room_ && !has_room_()) return;
    const auto status = rocks_->Put(rocksdb::WriteOptions(), full_key(key, offset), bytes);
    // The only loss is time. After a failure RocksDB accepts no more: say it once.
    if (!status.ok() && !has_failed_.exchange(true))
      log_warning("eventlog", "a snapshot was not kept: " + status.ToString());
  }

 private:
  const std::unique_ptr<rocksdb::DB> rocks_;
  const std::function<bool()> has_room_;
  std::atomic<bool> has_failed_{false};
};

}  // namespace

Result<std::unique_ptr<Snapshots>> open_snapshots(const SnapshotsOptions& options) {
  COURTSIDE_CHECK(options.bytes_max >= 8 * kMiB);
  // A store that cannot be opened is removed, so the folder must be ours.
  if (!has_only_database_files(options.path)) {
    return fail(Code::no_input,
                format("there are no snapshots: {} holds other files", options.path));
  }
  std::error_code error;
  std::filesystem::create_directories(options.path, error);
  if (error) {
    return fail(Code::no_input,
                format("the folder {} cannot be made: {}", options.path, error.message()));
  }
  const rocksdb::Options rocks_options = snapshot_options(bytes_within(options));
  rocksdb::DB* rocks = nullptr;
  rocksdb::Status status = rocksdb::DB::Open(rocks_options, options.path, &rocks);
  if (is_lock_held(status)) {
    return fail(Code::data_in_use, format("the snapshots in {} are in use", options.path));
  }
  if (!status.ok()) {
    log_warning("eventlog", "the snapshots are deleted and created again: " + status.ToString());
    std::filesystem::remove_all(options.path, error);
    status = rocksdb::DB::Open(rocks_options, options.path, &rocks);
  }
  if (!status.ok()) return fail(error_from(status, "snapshots", Code::no_input));
  return std::make_unique<RocksSnapshots>(std::unique_ptr<rocksdb::DB>(rocks), options.has_room);
}

}  // namespace courtside
