#include "eventlog/database.h"

#include <fcntl.h>
#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/utilities/checkpoint.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <utility>
#include <vector>

#include "base/format.h"
#include "eventlog/background_errors.h"
#include "eventlog/database_error.h"
#include "eventlog/database_options.h"
#include "eventlog/kept_links.h"
#include "eventlog/log_folder.h"
#include "eventlog/merge_room.h"

namespace courtside {
namespace {

Code code_of_failed_open(const rocksdb::Status& status) {
  if (status.IsNoSpace()) return Code::storage_full;
  const bool is_read_only =
      status.IsIOError() && status.ToString().find("Read-only file system") != std::string::npos;
  return is_read_only ? Code::storage_read_only : Code::no_input;
}

Error open_error(const rocksdb::Status& status, const std::string& path) {
  if (is_lock_held(status)) {
    return {Code::data_in_use, format("the data folder {} is in use by another process", path)};
  }
  return error_from(status, format("the log in {} cannot be opened", path),
                    code_of_failed_open(status));
}

// Like open_error(), for an existing log that must not be changed: a missing file is damage.
Error open_to_read_error(const rocksdb::Status& status, const std::string& path) {
  Error error = open_error(status, path);
  if (error.code == Code::no_resources) return error;
  const bool is_missing = !status.IsIOError() || status.IsPathNotFound() ||
                          error.message.find("No such file") != std::string::npos;
  if (is_missing) error.code = Code::data_corrupt;
  return error;
}

// no_input unless the folder holds a log.
Result<void> expect_log(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::exists(path, error)) {
    return fail(Code::no_input, format("the data folder {} cannot be read: it is not there", path));
  }
  const Result<LogFolder> found = inspect_log_folder(path);
  if (!found) return fail(found.error());
  if (*found != LogFolder::kLog) return fail(Code::no_input, "there is no log in " + path);
  return {};
}

// RocksDB could not open CURRENT, and could when it tried again. It concludes that the file system
// has no direct I/O, for which we never ask, and drops the reason.
bool failed_once(const rocksdb::Status& status) {
  return status.IsInvalidArgument() &&
         status.ToString().find("Direct I/O is not supported") != std::string::npos;
}

rocksdb::Env& env_of(const DatabaseOptions& options) {
  return options.env == nullptr ? *rocksdb::Env::Default() : *options.env;
}

// Marks an empty folder as one in which a log is being created. RocksDB's lock is held meanwhile:
// another process may just have finished a log there, and a mark in a finished log would hide a
// later loss.
Result<LogFolder> begin_folder(const std::string& path, rocksdb::Env& env) {
  std::error_code ignored;
  std::filesystem::create_directories(path, ignored);  // mark_unfinished() reports the error
  rocksdb::FileLock* lock = nullptr;
  const rocksdb::Status status = env.LockFile(path + "/LOCK", &lock);
  if (is_lock_held(status)) return fail(open_error(status, path));
  Result<LogFolder> found = inspect_log_folder(path);
  if (found && *found == LogFolder::kEmpty) {
    if (auto begun = mark_unfinished(path); !begun) found = fail(begun.error());
  }
  if (status.ok()) env.UnlockFile(lock).PermitUncheckedError();
  return found;
}

// data_in_use when another process holds RocksDB's lock on the folder.
Result<void> expect_not_held(const std::string& path) {
  const int file = open((path + "/LOCK").c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return {};
  struct flock lock = {};
  lock.l_type = F_RDLCK;
  lock.l_whence = SEEK_SET;
  const bool is_held = fcntl(file, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
  close(file);
  if (!is_held) return {};
  return fail(Code::data_in_use, format("the data folder {} is in use by another process", path));
}

}  // namespace

Result<std::unique_ptr<Database>> Database::open(const DatabaseOptions& options) {
  if (!options.create) {
    if (auto there = expect_log(options.path); !there) return fail(there.error());
  }
  Result<LogFolder> found = inspect_log_folder(options.path);
  if (found && *found == LogFolder::kEmpty) found = begin_folder(options.path, env_of(options));
  if (!found) return fail(found.error());
  std::unique_ptr<Database> database(new Database(options.path, env_of(options)));
  database->is_new_ = *found != LogFolder::kLog;
  const rocksdb::Status status = database->start(options, For::kWriting);
  if (!status.ok()) return fail(open_error(status, options.path));
  return database;
}

Result<std::unique_ptr<Database>> Database::open_to_read(const DatabaseOptions& options) {
  if (auto there = expect_log(options.path); !there) return fail(there.error());
  std::unique_ptr<Database> database(new Database(options.path, env_of(options)));
  if (auto held = database->hold(); !held) return fail(held.error());
  const rocksdb::Status status = database->start(options, For::kReading);
  if (!status.ok()) return fail(open_to_read_error(status, options.path));
  return database;
}

Database::Database(std::string path, rocksdb::Env& env)
    : path_(std::move(path)),
      files_(std::make_shared<KeptLinks>(env.GetFileSystem(), path_)),
      env_(rocksdb::NewCompositeEnv(files_)),
      shared_floors_(std::make_shared<SharedFloors>()) {}

// A folder that we may not write to cannot be locked by us, but another process may hold its lock.
// A backup on a read-only medium needs no lock.
Result<void> Database::hold() {
  if (access(path_.c_str(), W_OK) != 0) return expect_not_held(path_);
  const rocksdb::Status status = env_->LockFile(path_ + "/LOCK", &lock_);
  if (status.ok()) return {};
  lock_ = nullptr;
  return fail(open_error(status, path_));
}

rocksdb::Status Database::start(const DatabaseOptions& options, For what) {
  rocksdb::DBOptions rocks_options;
  set_up(rocks_options);
  rocks_options.env = env_.get();
  rocks_options.create_if_missing = is_new_;
  rocks_options.create_missing_column_families = is_new_;
  rocks_options.max_open_files = options.max_open_files;
  rocks_options.track_and_verify_wals_in_manifest = options.needs_journals;
  // `meta` never fills a memtable and would pin old journals.
  rocks_options.max_total_wal_size = options.journal_bytes;
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* rocks = nullptr;
  const bool reads = what == For::kReading;
  if (!reads) {
    merge_room_ = std::make_shared<MergeRoom>(*env_);
    background_errors_ = std::make_shared<BackgroundErrors>(merge_room_);
    rocks_options.sst_file_manager = merge_room_->manager();
    rocks_options.listeners.push_back(background_errors_);
  }
  const auto families = column_families(
      {.block_cache_bytes = options.block_cache_bytes, .memtable_bytes = options.memtable_bytes},
      shared_floors_, reads ? TableParts::kInCache : TableParts::kInMemory);
  const auto open = [&] {
    return reads ? rocksdb::DB::OpenForReadOnly(rocks_options, options.path, families, &handles,
                                                &rocks)
                 : rocksdb::DB::Open(rocks_options, options.path, families, &handles, &rocks);
  };
  rocksdb::Status status = open();
  if (failed_once(status)) status = open();
  if (!status.ok()) return status;
  rocks_.reset(rocks);
  default_family_ = handles.front();
  std::copy(handles.begin() + 1, handles.end(), families_.begin());
  return status;
}

Database::~Database() {
  if (rocks_) {
    for (rocksdb::ColumnFamilyHandle* handle : families_) rocks_->DestroyColumnFamilyHandle(handle);
    // The default family's handle must be destroyed like the others.
    rocks_->DestroyColumnFamilyHandle(default_family_);
    rocks_->Close();  // everything important was synced when it was written
    rocks_.reset();
  }
  release();
}

void Database::release() {
  // On an error, the end of the process releases the lock.
  if (lock_ != nullptr) env_->UnlockFile(lock_).PermitUncheckedError();
  lock_ = nullptr;
}

rocksdb::ColumnFamilyHandle* Database::family(Family family) const {
  return families_[static_cast<std::size_t>(family)];
}

Result<std::optional<std::string>> Database::get(Family wanted, std::string_view key) const {
  std::string value;
  const rocksdb::Status status = rocks_->Get(rocksdb::ReadOptions(), family(wanted), key, &value);
  if (status.IsNotFound()) return std::nullopt;
  if (!status.ok()) return fail(error_from(status, family_name(wanted), Code::internal));
  return value;
}

Result<std::vector<std::optional<std::string>>> Database::get_all(
    Family wanted, const std::vector<std::string_view>& keys) const {
  const std::vector<rocksdb::Slice> slices(keys.begin(), keys.end());
  std::vector<rocksdb::PinnableSlice> found(keys.size());
  std::vector<rocksdb::Status> statuses(keys.size());
  rocks_->MultiGet(rocksdb::ReadOptions(), family(wanted), slices.size(), slices.data(),
                   found.data(), statuses.data(), /*sorted_input=*/true);
  std::vector<std::optional<std::string>> values(keys.size());
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (statuses[i].IsNotFound()) continue;
    if (!statuses[i].ok())
      return fail(error_from(statuses[i], family_name(wanted), Code::internal));
    values[i] = found[i].ToString();
  }
  return values;
}

std::uint64_t Database::memtable_bytes() const {
  std::uint64_t bytes = 0;
  rocks_->GetAggregatedIntProperty(rocksdb::DB::Properties::kCurSizeAllMemTables, &bytes);
  return bytes;
}

void Database::set_merge_room(std::uint64_t bytes) { merge_room_->set(bytes); }

std::optional<Error> Database::background_failure() const { return background_errors_->failure(); }

std::optional<Error> Database::background_damage() const { return background_errors_->damage(); }

rocksdb::Status Database::ingest(const std::vector<rocksdb::IngestExternalFileArg>& files) {
  files_->begin_ingestion();
  const rocksdb::Status status = rocks_->IngestExternalFiles(files);
  files_->end_ingestion();
  return status;
}

Result<void> Database::checkpoint(const std::string& target) const {
  rocksdb::Checkpoint* made = nullptr;
  rocksdb::Status status = rocksdb::Checkpoint::Create(rocks_.get(), &made);
  const std::unique_ptr<rocksdb::Checkpoint> checkpoint(made);
  // RocksDB flushes the memtables first, so the copy opens without a long recovery.
  if (status.ok()) status = checkpoint->CreateCheckpoint(target);
  if (!status.ok()) return fail(error_from(status, "backup", Code::write_failed));
  return {};
}

}  // namespace courtside
