#include "eventlog/backup/backup_log.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <utility>
#include <vector>

#include "base/durable_file.h"
#include "base/format.h"
#include "base/time.h"
#include "eventlog/backup/unfinished_folder.h"
#include "eventlog/database.h"
#include "eventlog/log_meta.h"
#include "eventlog/tail_file.h"
#include "eventlog/verify/backup_file.h"
#include "eventlog/verify/log_end.h"
#include "eventlog/verify/verify_log.h"

namespace courtside {
namespace {

namespace fs = std::filesystem;

Result<BackupMade> finish_backup(UnfinishedFolder folder, std::string_view version) {
  auto log = describe_log(folder.path());
  if (!log) return fail(log.error());
  const std::string text = backup_json(*log, now(), version) + "\n";
  if (auto written = write_synced_file(folder.path() + "/" + kBackupFile, text); !written) {
    return fail(written.error());
  }
  if (auto finished = folder.finish(); !finished) return fail(finished.error());
  return BackupMade{.target = folder.target(), .log = *std::move(log)};
}

// True for the files that make up the log: not the lock, RocksDB's text log, or a server's files.
bool is_of_log(const fs::path& path) {
  const std::string name = path.filename();
  return path.extension() == ".sst" || path.extension() == ".log" || name == "CURRENT" ||
         name == "IDENTITY" || name.starts_with("MANIFEST-") || name.starts_with("OPTIONS-");
}

Result<std::vector<fs::path>> files_of_log(const std::string& folder) {
  std::error_code error;
  std::vector<fs::path> files;
  for (const auto& file : fs::directory_iterator(folder, error)) {
    if (file.is_regular_file() && is_of_log(file.path())) files.push_back(file.path());
  }
  if (error) return fail(Code::no_input, format("{} cannot be read: {}", folder, error.message()));
  return files;
}

// Full copies: with links, writes to the new log could damage the backup.
Result<void> copy_files(const std::vector<fs::path>& files, const fs::path& to,
                        const Progress& progress) {
  std::error_code error;
  fs::create_directory(to, error);
  if (error) return fail(Code::write_failed, to.string() + ": " + error.message());
  std::uint64_t total = 0;
  for (const fs::path& file : files) total += fs::file_size(file, error);
  std::uint64_t done = 0;
  for (const fs::path& file : files) {
    const fs::path copy = to / file.filename();
    if (!fs::copy_file(file, copy, error)) {
      return fail(Code::write_failed, copy.string() + ": " + error.message());
    }
    if (auto synced = sync_path(copy); !synced) return synced;
    done += fs::file_size(copy, error);
    if (progress && total > 0) {
      progress({.doing = "copied", .unit = WorkDone::Unit::kBytes, .done = done, .total = total});
    }
  }
  return {};
}

Result<void> give_new_epoch(const std::string& folder) {
  auto database = Database::open({.path = folder, .create = false});
  if (!database) return fail(database.error());
  auto epoch = renew_epoch(**database);
  if (!epoch) return fail(epoch.error());
  return {};
}

// A backup inside the log's own folder would be removed with the log, or before it.
Result<void> expect_outside(const std::string& target, const std::string& log) {
  std::error_code error;
  const fs::path within = fs::weakly_canonical(log, error);
  const fs::path path = fs::weakly_canonical(target, error);
  const auto [parted, ignored] =
      std::mismatch(within.begin(), within.end(), path.begin(), path.end());
  if (parted != within.end()) return {};
  return fail(Code::bad_request, format("`{}` is inside the log's own folder", target));
}

}  // namespace

Result<BackupMade> make_backup(const EventLog& log, const std::string& target,
                               std::string_view version) {
  if (auto outside = expect_outside(target, log.folder()); !outside) return fail(outside.error());
  auto folder = UnfinishedFolder::make(target);
  if (!folder) return fail(folder.error());
  if (auto copied = log.checkpoint(folder->path()); !copied) return fail(copied.error());
  return finish_backup(*std::move(folder), version);
}

Result<BackupMade> back_up_folder(const std::string& source, const std::string& target,
                                  std::string_view version) {
  if (auto outside = expect_outside(target, source); !outside) return fail(outside.error());
  if (is_backup(source)) return fail(Code::bad_request, source + " is a backup: copy it");
  if (auto whole = check_closed_log(source); !whole) return fail(whole.error());
  auto database = Database::open({.path = source, .create = false});
  if (!database) return fail(database.error());
  auto folder = UnfinishedFolder::make(target);
  if (!folder) return fail(folder.error());
  if (auto copied = (*database)->checkpoint(folder->path()); !copied) return fail(copied.error());
  return finish_backup(*std::move(folder), version);
}

Result<Restored> restore_backup(const RestoreOptions& options) {
  if (!is_backup(options.backup)) {
    return fail(Code::no_input, "there is no backup in " + options.backup);
  }
  auto folder = UnfinishedFolder::make(options.folder);
  if (!folder) return fail(folder.error());
  std::optional<std::string> old_epoch;
  {
    // The lock is held until everything is copied.
    auto backup = Database::open_to_read({.path = options.backup});
    if (!backup) return fail(backup.error());
    auto meta = read_meta(**backup);
    if (!meta) return fail(meta.error());
    old_epoch = meta->epoch;
    const OffsetRange held{meta->place.first_held, meta->place.next};
    if (auto same = check_backup(options.backup, meta->epoch, held); !same) {
      return fail(same.error());
    }
    auto files = files_of_log(options.backup);
    if (!files) return fail(files.error());
    if (auto copied = copy_files(*files, folder->path(), options.progress); !copied) {
      return fail(copied.error());
    }
  }
  if (auto renewed = give_new_epoch(folder->path()); !renewed) return fail(renewed.error());
  auto log = options.verify ? verify_log({.path = folder->path(), .progress = options.progress})
                            : describe_log(folder->path());
  if (!log) return fail(log.error());
  // Not copied: a backup has no tail file. The new log has one from the start.
  if (auto tail = TailFile::make(folder->path(), log->epoch, log->held.end); !tail) {
    return fail(tail.error());
  }
  if (auto finished = folder->finish(); !finished) return fail(finished.error());
  return Restored{.old_epoch = *std::move(old_epoch), .log = *std::move(log)};
}

}  // namespace courtside
