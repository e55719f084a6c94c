#include "eventlog/sequencer/log_parts.h"

#include <algorithm>
#include <filesystem>
#include <string>
#include <utility>

#include "base/format.h"
#include "base/log.h"
#include "eventlog/log_folder.h"
#include "eventlog/private_files.h"
#include "eventlog/tail_file.h"

namespace courtside {
namespace {

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

DatabaseOptions database_options(const EventLogOptions& options, const StorageSizes& sizes) {
  return {.path = options.path,
          .block_cache_bytes = options.block_cache_bytes,
          .max_open_files = options.open_files_max,
          .env = options.env,
          .memtable_bytes = sizes.memtable_bytes,
          .journal_bytes = sizes.journal_bytes};
}

Result<void> take_new_epoch(const EventLogOptions& options, Database& database, LogMeta& meta) {
  auto epoch = renew_epoch(database);
  if (!epoch) return fail(epoch.error());
  log_warning("eventlog",
              format("the data folder {} is a copy: log {} may have new events elsewhere, so "
                     "this one continues as {} and refuses every token that was made before now",
                     options.path, meta.epoch, *epoch));
  meta.epoch = *std::move(epoch);
  return {};
}

Result<void> open_index(const EventLogOptions& options, const StorageSizes& sizes,
                        std::function<bool(std::uint64_t)> has_room, LogParts& parts) {
  auto index = Index::open(
      *parts.database, parts.meta.place.next,
      {.segment_events_max = options.segment_events_max,
       .segment_bytes_max = std::min<std::size_t>(options.segment_bytes_max, sizes.segment_bytes),
       .has_room = std::move(has_room)});
  if (!index) return fail(index.error());
  parts.index = *std::move(index);
  return {};
}

}  // namespace

Result<std::unique_ptr<LogParts>> open_parts(const EventLogOptions& options, StorageGuard& guard,
                                             bool is_copy) {
  auto database = Database::open(database_options(options, guard.sizes()));
  if (!database) return fail(database.error());
  close_to_others(options.path);
  auto meta = load_or_create_meta(**database);
  if (!meta) return fail(meta.error());
  // Also for a log that was complete before: a crash may have left the mark.
  if (auto made = finish_log_folder(options.path); !made) return fail(made.error());
  if (is_copy) {
    if (auto renewed = take_new_epoch(options, **database, *meta); !renewed) {
      return fail(renewed.error());
    }
  }
  auto parts = std::make_unique<LogParts>(
      LogParts{.database = *std::move(database), .index = {}, .meta = *std::move(meta)});
  const auto has_room = [&guard](std::uint64_t bytes) {
    return guard.has_room(bytes + StorageGate::kMarginBytes / 2);
  };
  if (auto index = open_index(options, guard.sizes(), has_room, *parts); !index) {
    return fail(index.error());
  }
  auto attributes_from = settle_attributes_from(*parts->database);
  if (!attributes_from) return fail(attributes_from.error());
  parts->attributes_from = *attributes_from;
  return parts;
}

Result<std::unique_ptr<LogParts>> open_parts_to_read(const EventLogOptions& options,
                                                     const StorageGuard& guard) {
  auto database = Database::open_to_read(database_options(options, guard.sizes()));
  if (!database) return fail(database.error());
  auto meta = read_meta(**database);
  if (!meta) return fail(meta.error());
  if (auto ends = check_ends(**database, meta->place); !ends) return fail(ends.error());
  const auto tail = TailFile::read(options.path);
  if (!tail) return fail(tail.error());
  if (*tail && (*tail)->epoch == meta->epoch) {
    FoldPlace& place = meta->place;
    place.next = std::max(place.first_held, std::min(place.next, (*tail)->end));
  }
  auto parts = std::make_unique<LogParts>(
      LogParts{.database = *std::move(database), .index = {}, .meta = *std::move(meta)});
  if (auto index = open_index(options, guard.sizes(), {}, *parts); !index) {
    return fail(index.error());
  }
  auto attributes_from = read_attributes_from(*parts->database);
  if (!attributes_from) return fail(attributes_from.error());
  parts->attributes_from = *attributes_from;
  return parts;
}

std::uint64_t bytes_to_open(const std::string& folder) {
  std::uint64_t journals = 0;
  std::error_code error;
  std::filesystem::directory_iterator entry(folder, error);
  for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    std::error_code gone;
    const std::uint64_t bytes =
        entry->path().extension() == ".log" ? entry->file_size(gone) : std::uint64_t{0};
    if (!gone) journals += bytes;
  }
  return journals + journals / 10 + StorageGate::kMarginBytes;
}

}  // namespace courtside
