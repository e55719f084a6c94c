#include "eventlog/log_end.h"

#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "base/shell.h"
#include "eventlog/backup_file.h"
#include "eventlog/database.h"
#include "eventlog/encoding.h"
#include "eventlog/record_scan.h"
#include "eventlog/segment_files.h"
#include "eventlog/tail_file.h"

namespace courtside {
namespace {

constexpr std::size_t kCacheBytes = 1 << 20;
constexpr int kOpenFilesMax = 64;  // of a short look: not every file of a large log is opened

std::string text(Offset offset) { return std::to_string(offset.value()); }

std::string advice(const std::string& folder) {
  return "put back the file of it that is missing or cut, restore a backup into another folder, or "
         "go on without what is lost, under a new epoch: courtside renew --data " +
         shell_word(folder);
}

// Whether all is there but the end: then the advice helps.
Result<bool> has_other_end(const Database& database, const FoldPlace& place) {
  auto beyond = read_record(database, place.next);
  if (!beyond) return fail(beyond.error());
  if (*beyond) return true;
  if (place.first_held == place.next) return false;
  auto last = read_record(database, previous(place.next));
  if (!last) return fail(last.error());
  return !last->has_value();
}

// The last record on the disk; empty when there is none.
Result<std::optional<Record>> last_record(const Database& database) {
  const std::unique_ptr<rocksdb::Iterator> events(
      database.rocks().NewIterator(rocksdb::ReadOptions(), database.family(Family::kEvents)));
  events->SeekToLast();
  if (!events->status().ok()) {
    return fail(error_from(events->status(), "events", Code::no_input));
  }
  if (!events->Valid()) return std::nullopt;
  const auto offset = decode_offset(events->key().ToStringView());
  if (!offset) return fail(Code::data_corrupt, "events: the last key is no offset");
  return read_record(database, *offset);
}

// Where the log stands when it ends behind its last record.
Result<FoldPlace> place_behind_records(const Database& database, FoldPlace place) {
  const auto last = last_record(database);
  if (!last) return fail(last.error());
  const Offset end = *last ? next((**last)->offset()) : Offset(1);
  if (end == place.next || (!*last && place.next == place.first_held)) return place;
  if (end <= place.first_held) {
    // All that was held is lost; what retention had dropped before may be there still.
    place.next = place.first_held;
    return place;
  }
  place.next = end;
  place.recorded = (**last)->recorded();
  place.bytes_through = (**last)->bytes_through();
  return place;
}

Result<void> write_place(Database& database, const FoldPlace& place, const std::string& epoch) {
  rocksdb::WriteBatch writes;
  put_place(writes, database, place);
  put_another_epoch(writes, database, epoch);
  rocksdb::WriteOptions options;
  options.sync = true;
  const rocksdb::Status status = database.rocks().Write(options, &writes);
  if (!status.ok()) return fail(error_from(status, "a new epoch", Code::write_failed));
  return {};
}

}  // namespace

Result<LogEnd> check_log_end(const std::string& folder, const LogMeta& meta) {
  const std::optional<TailNote> note = TailFile::read(folder);
  // One of another epoch is of before the log got its present one.
  if (!note || note->epoch != meta.epoch) return LogEnd{};
  if (note->end <= meta.place.next) return LogEnd{.has_tail = true, .is_copy = note->is_copy};
  return fail(Code::data_corrupt, "the log in " + folder + " ends at offset " +
                                      text(previous(meta.place.next)) +
                                      ", but events up to offset " + text(previous(note->end)) +
                                      " were acknowledged: " + advice(folder));
}

Result<LogEnd> check_closed_log(const std::string& folder) {
  const auto database = Database::open_to_read(
      {.path = folder, .block_cache_bytes = kCacheBytes, .max_open_files = kOpenFilesMax});
  if (!database) {
    // RocksDB's own words for a journal that its manifest names.
    const std::string& message = database.error().message;
    const bool lacks_journal = message.find("Missing WAL") != message.npos ||
                               message.find("Size mismatch: WAL") != message.npos;
    if (!lacks_journal) return fail(database.error());
    return fail(database.error().code, message + ": " + advice(folder));
  }
  const auto meta = read_meta(**database);
  if (!meta) return fail(meta.error());
  auto end = check_log_end(folder, *meta);
  if (!end) return end;
  if (auto ends = check_ends(**database, meta->place); !ends) {
    const auto other = has_other_end(**database, meta->place);
    if (!other || !*other) return fail(ends.error());
    return fail(Code::data_corrupt,
                "the log in " + folder + ": " + ends.error().message + ": " + advice(folder));
  }
  return end;
}

Result<RenewedLog> renew_log(const std::string& folder) {
  if (is_backup(folder)) return fail(Code::bad_request, folder + " is a backup: restore it");
  RenewedLog renewed;
  {
    const auto database = Database::open({.path = folder,
                                          .block_cache_bytes = kCacheBytes,
                                          .create = false,
                                          .needs_journals = false});
    if (!database) return fail(database.error());
    const auto meta = read_meta(**database);
    if (!meta) return fail(meta.error());
    const auto place = place_behind_records(**database, meta->place);
    if (!place) return fail(place.error());
    const auto low = low_water(**database);
    if (!low) return fail(low.error());
    auto ends = check_ends(**database, *place);
    if (!ends || *low > place->next) {
      return fail(Code::data_corrupt, "the log in " + folder +
                                          " lacks more than its end: restore a backup" +
                                          (ends ? "" : " (" + ends.error().message + ")"));
    }
    const std::optional<TailNote> note = TailFile::read(folder);
    const bool is_known = note && note->epoch == meta->epoch;
    const Offset once = std::max(is_known ? note->end : meta->place.next, place->next);
    renewed.old_epoch = meta->epoch;
    renewed.lost = once.value() - place->next.value();
    const std::string epoch = new_epoch();
    if (auto written = write_place(**database, *place, epoch); !written) {
      return fail(written.error());
    }
    if (auto tail = TailFile::make(folder, epoch, place->next); !tail) return fail(tail.error());
  }
  auto log = describe_log(folder);
  if (!log) return fail(log.error());
  renewed.log = *std::move(log);
  return renewed;
}

}  // namespace courtside
