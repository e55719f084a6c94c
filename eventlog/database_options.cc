#include "eventlog/database_options.h"

#include <rocksdb/cache.h>
#include <rocksdb/compaction_filter.h>
#include <rocksdb/convenience.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/options.h>
#include <rocksdb/table.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "eventlog/encoding.h"
#include "eventlog/family.h"
#include "eventlog/rocks_logger.h"

namespace courtside {
namespace {

constexpr std::size_t kMiB = 1 << 20;

using SharedFloorsPtr = std::shared_ptr<const SharedFloors>;

rocksdb::CompressionType lz4_where_built() {
  const auto known = rocksdb::GetSupportedCompressions();
  const bool lz4 = std::find(known.begin(), known.end(), rocksdb::kLZ4Compression) != known.end();
  return lz4 ? rocksdb::kLZ4Compression : rocksdb::kNoCompression;
}

// The last offset that an entry refers to. Empty for entries that must stay, damaged ones too:
// readers report damage.
std::optional<Offset> last_offset(Family family, std::string_view key, std::string_view value) {
  if (family == Family::kEvents) return decode_offset(key);
  if (family == Family::kIds) return decode_offset(value);
  if (key.size() < 9 || key == kLowWaterKey) return std::nullopt;
  return chunk_last(Offset(number_at(key.substr(key.size() - 8))), value);
}

// Removes entries that refer only to dropped events. Readers ignore such entries, so it may run at
// any time.
class StaleFilter : public rocksdb::CompactionFilter {
 public:
  StaleFilter(Family family, Offset floor) : family_(family), floor_(floor) {}

  bool Filter(int /*level*/, const rocksdb::Slice& key, const rocksdb::Slice& value,
              std::string* /*new_value*/, bool* /*value_changed*/) const override {
    const auto last = last_offset(family_, key.ToStringView(), value.ToStringView());
    return last && *last < floor_;
  }

  const char* Name() const override { return "courtside.stale"; }

 private:
  const Family family_;
  const Offset floor_;
};

class StaleFilterFactory : public rocksdb::CompactionFilterFactory {
 public:
  StaleFilterFactory(Family family, SharedFloorsPtr floors)
      : family_(family), floors_(std::move(floors)) {}

  std::unique_ptr<rocksdb::CompactionFilter> CreateCompactionFilter(
      const rocksdb::CompactionFilter::Context& /*context*/) override {
    const bool records = family_ == Family::kEvents;
    const std::uint64_t floor = records ? floors_->first_needed : floors_->first_held;
    return std::make_unique<StaleFilter>(family_, Offset(floor));
  }

  const char* Name() const override { return "courtside.stale"; }

 private:
  const Family family_;
  const SharedFloorsPtr floors_;
};

struct TableCache {
  std::shared_ptr<rocksdb::Cache> cache;
  TableParts parts;
};

rocksdb::BlockBasedTableOptions table_options(const TableCache& cache) {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = cache.cache;
  table.cache_index_and_filter_blocks = cache.parts == TableParts::kInCache;
  table.format_version = 5;
  return table;
}

// Compaction debt slows down only reads. It must not slow down commits: RocksDB would delay the
// writes of every family, and for ever while a full disk leaves no room for compactions.
void never_delay_writes(rocksdb::ColumnFamilyOptions& options) {
  options.level0_slowdown_writes_trigger = 1 << 20;
  options.level0_stop_writes_trigger = 1 << 20;
  options.soft_pending_compaction_bytes_limit = 0;
  options.hard_pending_compaction_bytes_limit = 0;
}

// Ascending keys, written at commit. In level style, files of ascending keys never overlap, so they
// move down a level by a change of the manifest and are never rewritten.
//
// No range deletions: a range tombstone would be in one file with the newest records. That file
// would span the whole log, and moving it down would rewrite all of it. Instead, files that hold
// only dropped records are removed whole. Other dropped records disappear when their file is next
// compacted: after at most 30 days, RocksDB's default when a filter is set.
rocksdb::ColumnFamilyOptions events_options(const TableCache& cache, const SharedFloorsPtr& floors,
                                            std::size_t memtable_bytes) {
  rocksdb::ColumnFamilyOptions options;
  options.write_buffer_size = memtable_bytes;  // also bounds what is replayed from the WAL at start
  options.max_write_buffer_number = 3;
  never_delay_writes(options);
  options.compression = lz4_where_built();
  options.level_compaction_dynamic_level_bytes = true;
  options.target_file_size_base = memtable_bytes;
  options.compaction_filter_factory = std::make_shared<StaleFilterFactory>(Family::kEvents, floors);
  auto table = table_options(cache);
  // A single read decompresses a whole block. Half of RocksDB's usual 16 KiB halves that cost, and
  // loses a tenth of the compression.
  table.block_size = 8 * 1024;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return options;
}

// Keys in random order. They arrive as sorted files of a whole index segment, never through a
// memtable. Universal style rewrites a key log2(segments) times; level style would rewrite a whole
// level for each few megabytes that arrive.
rocksdb::ColumnFamilyOptions derived_options(Family family, const TableCache& cache,
                                             const SharedFloorsPtr& floors) {
  rocksdb::ColumnFamilyOptions options;
  options.write_buffer_size = kMiB;
  options.compaction_style = rocksdb::kCompactionStyleUniversal;
  never_delay_writes(options);
  auto table = table_options(cache);
  table.block_size = 4 * 1024;
  if (family == Family::kIndex) {
    options.compression = lz4_where_built();
  } else {
    // Almost every look-up is for an unknown id and asks every file. A false positive of the filter
    // costs a block (3 us): with ten bits per key, one look-up in ten or twenty had one.
    options.compression = rocksdb::kNoCompression;
    table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(16));
  }
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  if (family != Family::kSubjects) {
    options.compaction_filter_factory = std::make_shared<StaleFilterFactory>(family, floors);
  }
  return options;
}

rocksdb::ColumnFamilyOptions meta_options() {
  rocksdb::ColumnFamilyOptions options;
  options.write_buffer_size = kMiB;
  options.compression = rocksdb::kNoCompression;
  return options;
}

}  // namespace

void set_up(rocksdb::DBOptions& options) {
  // A torn last write is a commit that was never acknowledged: it is cut off. Anything else is
  // damage and is refused. RocksDB's default mode opens a log with a flipped bit in its middle
  // without half of the acknowledged events, and without an error.
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  options.recycle_log_file_num = 0;  // recycled files have known holes in recovery
  options.wal_compression = rocksdb::kNoCompression;
  options.track_and_verify_wals_in_manifest = true;
  options.allow_concurrent_memtable_write = false;  // one writer: 1.35 M events/s instead of 1.06
  options.avoid_flush_during_shutdown = true;       // the WAL has everything
  options.max_background_jobs = 2;
  options.bytes_per_sync = kMiB;  // a flush written in one piece would delay the next sync
  options.max_open_files = -1;
  options.max_manifest_file_size = 64 * kMiB;
  options.skip_stats_update_on_db_open = true;
  options.stats_dump_period_sec = 0;
  options.stats_persist_period_sec = 0;
  options.info_log = make_rocks_logger();
  // After a failed write the state on disk is unknown: the process ends and recovers at its next
  // start.
  options.max_bgerror_resume_count = 0;
}

std::vector<rocksdb::ColumnFamilyDescriptor> column_families(const FamilySizes& sizes,
                                                             SharedFloorsPtr floors,
                                                             TableParts parts) {
  const TableCache cache{rocksdb::NewLRUCache(sizes.block_cache_bytes), parts};
  const auto derived = [&](Family family) {
    return rocksdb::ColumnFamilyDescriptor(family_name(family),
                                           derived_options(family, cache, floors));
  };
  return {{rocksdb::kDefaultColumnFamilyName, meta_options()},
          {family_name(Family::kEvents), events_options(cache, floors, sizes.memtable_bytes)},
          derived(Family::kIndex),
          derived(Family::kIds),
          derived(Family::kSubjects),
          {family_name(Family::kMeta), meta_options()}};
}

}  // namespace courtside
