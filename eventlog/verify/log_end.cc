#include "eventlog/verify/log_end.h"

#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "base/format.h"
#include "base/shell.h"
#include "eventlog/database.h"
#include "eventlog/database_error.h"
#include "eventlog/encoding.h"
#include "eventlog/log_meta.h"
#include "eventlog/record_scan.h"
#include "eventlog/tail_file.h"
#include "eventlog/verify/backup_file.h"
#include "eventlog/verify/log_description.h"

namespace courtside {
namespace {

constexpr std::size_t kLogEndCacheBytes = 1 << 20;
constexpr int kOpenFilesMax = 64;  // for a short check: not every file of a large log is opened

std::string advice(const std::string& folder) {
  return "put back its missing or cut file, restore a backup into another folder, or "
         "continue without the lost events, under a new epoch: courtside renew --data " +
         shell_word(folder);
}

Error cut_off(const std::string& folder, Offset end, Offset once) {
  return {
      Code::data_corrupt,
      format("the log in {} ends at offset {}, but events up to offset {} were acknowledged: {}",
             folder, previous(end), previous(once), advice(folder))};
}

// A damaged tail file may hide a loss, so it is not treated as missing.
Result<std::optional<TailNote>> read_tail(const std::string& folder) {
  auto note = TailFile::read(folder);
  if (note || note.error().code != Code::data_corrupt) return note;
  return fail(
      Code::data_corrupt,
      format("{}, so a loss of the log's end cannot be detected: put it back; or, if nothing else "
             "of the log was lost, remove it, and a new one is created: rm {} ; or continue under "
             "a new epoch: courtside renew --data {}",
             note.error().message, shell_word(folder + "/" + TailFile::kName), shell_word(folder)));
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

// True when the log has a tail file but nothing else, not even its format.
Result<bool> has_only_tail_file(const Database& database, const std::optional<TailNote>& note) {
  if (!note) return false;
  const auto format = has_format(database);
  if (!format) return fail(format.error());
  if (*format) return false;
  const auto last = last_record(database);
  if (!last) return fail(last.error());
  return !last->has_value();
}

// True when only the end of the records differs: then the advice helps.
Result<bool> has_other_end(const Database& database, const FoldPlace& place) {
  auto beyond = read_record(database, place.next);
  if (!beyond) return fail(beyond.error());
  if (*beyond) return true;
  if (place.first_held == place.next) return false;
  auto last = read_record(database, previous(place.next));
  if (!last) return fail(last.error());
  return !last->has_value();
}

// The state of the log if it ends after its last record.
Result<FoldPlace> place_behind_records(const Database& database, FoldPlace place) {
  const auto last = last_record(database);
  if (!last) return fail(last.error());
  const Offset end = *last ? next((**last)->offset()) : Offset(1);
  if (end == place.next || (!*last && place.next == place.first_held)) return place;
  if (end <= place.first_held) {
    // Everything retained is lost; records that retention dropped may still be on the disk.
    place.next = place.first_held;
    return place;
  }
  place.next = end;
  place.recorded = (**last)->recorded();
  place.bytes_through = (**last)->bytes_through();
  return place;
}

// Renews the log with this metadata. `tail_epoch` is the epoch of its tail file (empty: none).
Result<void> write_renewed(Database& database, const FoldPlace& place, const std::string& epoch,
                           const LogMeta& meta, const std::string& tail_epoch) {
  std::string before = with_epoch(meta.epochs_before, meta.epoch);
  if (!tail_epoch.empty() && tail_epoch != meta.epoch) before = with_epoch(before, tail_epoch);
  rocksdb::WriteBatch writes;
  put_format(writes, database);
  put_place(writes, database, place);
  put_another_epoch(writes, database, epoch, before);
  rocksdb::WriteOptions options;
  options.sync = true;
  const rocksdb::Status status = database.rocks().Write(options, &writes);
  if (!status.ok()) return fail(error_from(status, "a new epoch", Code::write_failed));
  return flush_meta(database);
}

}  // namespace

Result<LogMeta> read_whole_meta(const Database& database, LogEnd& end) {
  const std::string& folder = database.path();
  const auto note = read_tail(folder);
  if (!note) return fail(note.error());
  const auto loss = has_only_tail_file(database, *note);
  if (!loss) return fail(loss.error());
  if (*loss) return fail(cut_off(folder, Offset(1), (*note)->end));
  auto meta = read_meta(database);
  if (!meta || !*note) return meta;
  end.has_tail = true;
  if ((*note)->epoch != meta->epoch) {
    // After a crash between a renewal and its new tail file, the old one is still there.
    const auto older = may_have_had(database, *meta, (*note)->epoch);
    if (!older) return fail(older.error());
    if (*older) return meta;
    return fail(Code::data_corrupt,
                format("the log in {} is log {} and ends at offset {}, but its file tail is of log "
                       "{}, which ended at offset {}: {}",
                       folder, meta->epoch, previous(meta->place.next), (*note)->epoch,
                       previous((*note)->end), advice(folder)));
  }
  if ((*note)->end > meta->place.next) return fail(cut_off(folder, meta->place.next, (*note)->end));
  end.is_copy = (*note)->is_copy;
  return meta;
}

Result<LogEnd> check_closed_log(const std::string& folder) {
  const auto database = Database::open_to_read(
      {.path = folder, .block_cache_bytes = kLogEndCacheBytes, .max_open_files = kOpenFilesMax});
  if (!database) {
    // RocksDB's messages for a lost journal that its manifest names.
    const std::string& message = database.error().message;
    const bool lacks_journal = message.find("Missing WAL") != message.npos ||
                               message.find("Size mismatch: WAL") != message.npos;
    if (!lacks_journal) return fail(database.error());
    return fail(database.error().code, message + ": " + advice(folder));
  }
  LogEnd end;
  const auto meta = read_whole_meta(**database, end);
  if (!meta) return fail(meta.error());
  if (auto ends = check_ends(**database, meta->place); !ends) {
    const auto other = has_other_end(**database, meta->place);
    if (!other || !*other) return fail(ends.error());
    return fail(Code::data_corrupt,
                format("the log in {}: {}: {}", folder, ends.error().message, advice(folder)));
  }
  return end;
}

Result<RenewedLog> renew_log(const std::string& folder) {
  if (is_backup(folder)) return fail(Code::bad_request, folder + " is a backup: restore it");
  RenewedLog renewed;
  {
    const auto database = Database::open({.path = folder,
                                          .block_cache_bytes = kLogEndCacheBytes,
                                          .create = false,
                                          .needs_journals = false});
    if (!database) return fail(database.error());
    // A damaged tail file is replaced. One that cannot be read could not be replaced either.
    auto note = TailFile::read(folder);
    if (!note && note.error().code != Code::data_corrupt) return fail(note.error());
    if (!note) note = std::optional<TailNote>();
    const auto loss = has_only_tail_file(**database, *note);
    if (!loss) return fail(loss.error());
    const Result<LogMeta> meta =
        *loss ? LogMeta{.epoch = (*note)->epoch, .place = {}} : read_meta(**database);
    if (!meta) return fail(meta.error());
    const auto place = place_behind_records(**database, meta->place);
    if (!place) return fail(place.error());
    const auto low = low_water(**database);
    if (!low) return fail(low.error());
    auto ends = check_ends(**database, *place);
    if (!ends || *low > place->next) {
      return fail(Code::data_corrupt,
                  format("the log in {} lacks more than its end: restore a backup{}", folder,
                         ends ? "" : " (" + ends.error().message + ")"));
    }
    bool is_older = !*note;
    if (*note && (*note)->epoch != meta->epoch) {
      const auto older = may_have_had(**database, *meta, (*note)->epoch);
      if (!older) return fail(older.error());
      is_older = *older;
    }
    const Offset once = std::max(is_older ? meta->place.next : (*note)->end, place->next);
    renewed.old_epoch = meta->epoch;
    renewed.has_sources_ahead = meta->place.next > place->next;
    renewed.lost = once.value() - place->next.value();
    const std::string epoch = new_epoch();
    if (auto written =
            write_renewed(**database, *place, epoch, *meta, *note ? (*note)->epoch : std::string());
        !written) {
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
