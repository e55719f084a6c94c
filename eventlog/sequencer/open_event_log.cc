#include <utility>

#include "base/check.h"
#include "base/format.h"
#include "base/log.h"
#include "eventlog/log_folder.h"
#include "eventlog/sequencer/event_log.h"
#include "eventlog/sequencer/log_parts.h"
#include "eventlog/sequencer/rocks_log.h"
#include "eventlog/verify/backup_file.h"
#include "eventlog/verify/log_end.h"

namespace courtside {
namespace {

struct Found {
  bool is_log = false;  // false: a new one is to be created
  LogEnd end;
};

// The checks that need no change to the log.
Result<Found> check_before_opening(const std::string& path) {
  // Under the old epoch its next events would be confused with those that the log had at the same
  // offsets.
  if (is_backup(path)) {
    return fail(Code::no_input, path + " is a backup: restore it into a folder first");
  }
  const auto folder = inspect_log_folder(path);
  if (!folder) return fail(folder.error());
  if (*folder != LogFolder::kLog) return Found{.is_log = false, .end = {.has_tail = true}};
  auto end = check_closed_log(path);
  if (!end) return fail(end.error());
  if (!end->has_tail) {
    log_info(
        "eventlog",
        format(
            "the log in {} has no file `tail` yet: from now on a loss of its end will be detected",
            path));
  }
  return Found{.is_log = true, .end = *end};
}

bool is_of_disk(const Error& error) {
  return error.code == Code::storage_full || error.code == Code::storage_read_only;
}

// Why the log cannot be opened for writing; empty: it may be tried.
std::optional<Error> find_obstacle(const std::string& path, StorageGuard& guard) {
  if (!guard.can_write()) {
    return Error{Code::storage_read_only, "it is read-only"};
  }
  if (guard.could_open(bytes_to_open(path))) return std::nullopt;
  return Error{Code::storage_full, "it is full"};
}

Result<std::unique_ptr<LogParts>> open_to_read(const EventLogOptions& options, StorageGuard& guard,
                                               const Error& obstacle) {
  const bool is_full = obstacle.code == Code::storage_full;
  guard.set_read_only(
      is_full ? StorageState::kFull : StorageState::kReadOnly,
      is_full ? "the disk of the log is full" : "the disk of the log cannot be written");
  log_error(
      "eventlog",
      format("the disk of the log in {} cannot be written ({}): the log is served to readers, "
             "and appends are refused until it can be",
             options.path, obstacle.message));
  return open_parts_to_read(options, guard);
}

}  // namespace

Result<std::unique_ptr<EventLog>> EventLog::open(const EventLogOptions& options) {
  COURTSIDE_CHECK(options.segment_events_max > 0);
  const auto found = check_before_opening(options.path);
  if (!found) return fail(found.error());
  const auto space = options.disk.space(options.path);
  if (!space) return fail(space.error());
  auto guard = std::make_unique<StorageGuard>(options.path, space->total_bytes, options.disk);
  std::optional<Error> obstacle;
  if (found->is_log) obstacle = find_obstacle(options.path, *guard);
  Result<std::unique_ptr<LogParts>> parts;
  if (!obstacle) {
    parts = open_parts(options, *guard, found->end.is_copy);
    if (!parts && found->is_log && is_of_disk(parts.error())) obstacle = parts.error();
  }
  // A copy needs a new epoch, which cannot be written.
  if (obstacle && found->end.is_copy) {
    return fail(obstacle->code, format("the data folder {} is a copy, and needs a new epoch, but "
                                       "its disk cannot be written: {}",
                                       options.path, obstacle->message));
  }
  if (obstacle) parts = open_to_read(options, *guard, *obstacle);
  if (!parts) return fail(parts.error());
  return std::make_unique<RocksLog>(options, std::move(guard), *std::move(parts));
}

}  // namespace courtside
