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

#include "eventlog/database_options.h"
#include "eventlog/log_folder.h"

namespace courtside {
namespace {

void replace_all(std::string& text, std::string_view what, std::string_view with) {
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at)) {
    text.replace(at, what.size(), with);
    at += with.size();
  }
}

// RocksDB names its class of error twice where one wraps another, and calls a table that is missing
// by the name that LevelDB would have given it. Of tables there is no way out but another copy.
std::string words_of(const rocksdb::Status& status) {
  std::string text = status.ToString();
  if (!status.IsCorruption()) return text;
  replace_all(text, "Corruption: Corruption: ", "Corruption: ");
  replace_all(text, ".ldb", ".sst");
  if (text.find(".sst") == std::string::npos) return text;
  while (text.ends_with(' ') || text.ends_with('.')) text.pop_back();
  return text +
         ": put that file back, or restore a backup: courtside restore BACKUP --data NEW "
         "(`courtside renew` is for a lost end of the log, and does not help)";
}

Error open_error(const rocksdb::Status& status, const std::string& path) {
  if (is_lock_held(status)) {
    return {Code::data_in_use, "the data folder " + path + " is in use by another process"};
  }
  return error_from(status, "the log in " + path + " cannot be opened", Code::no_input);
}

// The same where CURRENT is there and nothing may be made: a file that is missing is damage.
Error open_to_read_error(const rocksdb::Status& status, const std::string& path) {
  Error error = open_error(status, path);
  const bool is_missing = !status.IsIOError() || status.IsPathNotFound() ||
                          error.message.find("No such file") != std::string::npos;
  if (is_missing) error.code = Code::data_corrupt;
  return error;
}

// Whether there is a log to be read at all.
Result<void> expect_log(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::exists(path, error)) {
    return fail(Code::no_input, "the data folder " + path + " cannot be read: it is not there");
  }
  const Result<LogFolder> found = inspect_log_folder(path);
  if (!found) return fail(found.error());
  if (*found != LogFolder::kLog) return fail(Code::no_input, "there is no log in " + path);
  return {};
}

// Marks an empty folder as one in which a log is being made. Under RocksDB's own lock: whoever else
// makes a log there may be done by now, and a mark in a whole log would hide a later loss of it.
Result<LogFolder> begin_folder(const std::string& path) {
  std::error_code ignored;
  std::filesystem::create_directories(path, ignored);  // begin_log_folder() says why it cannot
  rocksdb::Env& env = *rocksdb::Env::Default();
  rocksdb::FileLock* lock = nullptr;
  const rocksdb::Status status = env.LockFile(path + "/LOCK", &lock);
  if (is_lock_held(status)) return fail(open_error(status, path));
  Result<LogFolder> found = inspect_log_folder(path);
  if (found && *found == LogFolder::kEmpty) {
    if (auto begun = begin_log_folder(path); !begun) found = fail(begun.error());
  }
  if (status.ok()) env.UnlockFile(lock).PermitUncheckedError();
  return found;
}

// Whether another process holds the folder, by the lock that RocksDB takes.
Result<void> expect_not_held(const std::string& path) {
  const int file = open((path + "/LOCK").c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return {};
  struct flock lock = {};
  lock.l_type = F_RDLCK;
  lock.l_whence = SEEK_SET;
  const bool is_held = fcntl(file, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
  close(file);
  if (!is_held) return {};
  return fail(Code::data_in_use, "the data folder " + path + " is in use by another process");
}

}  // namespace

Error error_from(const rocksdb::Status& status, std::string_view doing, Code otherwise) {
  const Code code = status.IsCorruption() ? Code::data_corrupt : otherwise;
  return {code, std::string(doing) + ": " + words_of(status)};
}

// RocksDB has no status of its own for a lock that is taken: it is an I/O error like others.
bool is_lock_held(const rocksdb::Status& status) {
  if (!status.IsIOError()) return false;
  const std::string text = status.ToString();
  return text.find("While lock file: ") != std::string::npos ||
         text.find("lock hold by current process") != std::string::npos;
}

Result<std::unique_ptr<Database>> Database::open(const DatabaseOptions& options) {
  if (!options.create) {
    if (auto there = expect_log(options.path); !there) return fail(there.error());
  }
  Result<LogFolder> found = inspect_log_folder(options.path);
  if (found && *found == LogFolder::kEmpty) found = begin_folder(options.path);
  if (!found) return fail(found.error());
  std::unique_ptr<Database> database(new Database(options.path));
  database->is_new_ = *found != LogFolder::kLog;
  const rocksdb::Status status = database->start(options, For::kWriting);
  if (!status.ok()) return fail(open_error(status, options.path));
  return database;
}

Result<std::unique_ptr<Database>> Database::open_to_read(const DatabaseOptions& options) {
  if (auto there = expect_log(options.path); !there) return fail(there.error());
  std::unique_ptr<Database> database(new Database(options.path));
  if (auto held = database->hold(); !held) return fail(held.error());
  const rocksdb::Status status = database->start(options, For::kReading);
  if (!status.ok()) return fail(open_to_read_error(status, options.path));
  return database;
}

Database::Database(std::string path)
    : path_(std::move(path)), shared_floors_(std::make_shared<SharedFloors>()) {}

// In a folder that we may not write to we cannot hold anything; but somebody else may. A backup on
// a medium that nobody can write to needs no lock.
Result<void> Database::hold() {
  if (access(path_.c_str(), W_OK) != 0) return expect_not_held(path_);
  const rocksdb::Status status = rocksdb::Env::Default()->LockFile(path_ + "/LOCK", &lock_);
  if (status.ok()) return {};
  lock_ = nullptr;
  return fail(open_error(status, path_));
}

rocksdb::Status Database::start(const DatabaseOptions& options, For what) {
  rocksdb::DBOptions rocks_options;
  set_up(rocks_options);
  rocks_options.create_if_missing = is_new_;
  rocks_options.create_missing_column_families = is_new_;
  rocks_options.max_open_files = options.max_open_files;
  rocks_options.track_and_verify_wals_in_manifest = options.needs_journals;
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* rocks = nullptr;
  const bool reads = what == For::kReading;
  const auto families = column_families(options.block_cache_bytes, shared_floors_,
                                        reads ? TableParts::kInCache : TableParts::kInMemory);
  const rocksdb::Status status =
      reads ? rocksdb::DB::OpenForReadOnly(rocks_options, options.path, families, &handles, &rocks)
            : rocksdb::DB::Open(rocks_options, options.path, families, &handles, &rocks);
  if (!status.ok()) return status;
  rocks_.reset(rocks);
  default_family_ = handles.front();
  std::copy(handles.begin() + 1, handles.end(), families_.begin());
  return status;
}

Database::~Database() {
  if (rocks_) {
    for (rocksdb::ColumnFamilyHandle* handle : families_) rocks_->DestroyColumnFamilyHandle(handle);
    // The default family's handle was handed out like the others, and is given back like them.
    rocks_->DestroyColumnFamilyHandle(default_family_);
    rocks_->Close();  // all that counts was synced when it was written
    rocks_.reset();
  }
  if (lock_ != nullptr) {
    // The process's end would free it just as well.
    rocksdb::Env::Default()->UnlockFile(lock_).PermitUncheckedError();
  }
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

Result<void> Database::checkpoint(const std::string& target) const {
  rocksdb::Checkpoint* made = nullptr;
  rocksdb::Status status = rocksdb::Checkpoint::Create(rocks_.get(), &made);
  const std::unique_ptr<rocksdb::Checkpoint> checkpoint(made);
  // It puts what is in memory into files first, so that the copy begins with no long recovery.
  if (status.ok()) status = checkpoint->CreateCheckpoint(target);
  if (!status.ok()) return fail(error_from(status, "backup", Code::write_failed));
  return {};
}

}  // namespace courtside
