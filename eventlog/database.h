// The RocksDB database of the log: its column families and how it is opened; database_error.h has
// its errors as ours. All other code that uses RocksDB goes through this class.
//
// Threads: any, once open; RocksDB does its own locking. Never fork while one is open: the child
// would wait for threads that it does not have.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "eventlog/family.h"
#include "eventlog/floors.h"

namespace rocksdb {
class ColumnFamilyHandle;
class DB;
class Env;
class FileLock;
class Status;
struct IngestExternalFileArg;
}  // namespace rocksdb

namespace courtside {

class BackgroundErrors;
class KeptLinks;
class MergeRoom;

struct DatabaseOptions {
  std::string path;
  std::size_t block_cache_bytes = 0;
  bool create = true;           // create a log in an empty folder; false: no_input
  int max_open_files = -1;      // -1: no limit
  bool needs_journals = true;   // false: a missing journal is ignored
  rocksdb::Env* env = nullptr;  // reads and writes the files; null: the machine's own
  // Records in memory before they become a file, and all journals together.
  std::size_t memtable_bytes = 32 << 20;
  std::size_t journal_bytes = 128 << 20;
};

class Database {
 public:
  // Opens the database, and creates it in an empty folder if `create` allows it; see log_folder.h.
  // Errors: data_in_use, data_corrupt, data_newer, no_input, storage_full, storage_read_only,
  // write_failed.
  static Result<std::unique_ptr<Database>> open(const DatabaseOptions& options);

  // Opens an existing log read-only and locks it against writers. A half-written last commit is
  // ignored, as open() would cut it off. Errors: data_in_use, data_corrupt, data_newer, no_input
  // (no log, or no permission).
  static Result<std::unique_ptr<Database>> open_to_read(const DatabaseOptions& options);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  // Of a log that is open to read: the lock against writers. hold() takes it again after release().
  Result<void> hold();
  void release();

  rocksdb::DB& rocks() const { return *rocks_; }
  rocksdb::ColumnFamilyHandle* family(Family family) const;
  const std::string& path() const { return path_; }
  // The log is new; call finish_log_folder() when it is complete.
  bool is_new() const { return is_new_; }

  // The value of a key; empty when there is none.
  Result<std::optional<std::string>> get(Family family, std::string_view key) const;

  // The same for many keys, in the order of `keys`, at half the cost of single reads. REQUIRES:
  // `keys` ascend.
  Result<std::vector<std::optional<std::string>>> get_all(
      Family family, const std::vector<std::string_view>& keys) const;

  // Copies the database, as it is at some moment during the call, to a folder that does not exist
  // yet: an absolute path. Sorted files are linked where possible. Errors: write_failed.
  Result<void> checkpoint(const std::string& target) const;

  // Adds sorted files, all or nothing. After an error the next open() may find them added. One call
  // at a time.
  rocksdb::Status ingest(const std::vector<rocksdb::IngestExternalFileArg>& files);

  // Bytes of records that only the journals have.
  std::uint64_t memtable_bytes() const;

  // REQUIRES of these three: it is open for writing.
  //
  // Lets compactions use this much disk space.
  void set_merge_room(std::uint64_t bytes);
  // Why RocksDB's own threads have failed: nothing more can be written. Empty: they have not.
  std::optional<Error> background_failure() const;
  // The damage that merging found; the log is still served.
  std::optional<Error> background_damage() const;

  // Lets compaction drop what is below the floors. Floors never go back.
  void set_floors(const Floors& floors) {
    shared_floors_->first_held = floors.first_held.value();
    shared_floors_->first_needed = floors.first_needed.value();
  }

 private:
  Database(std::string path, rocksdb::Env& env);

  enum class For : std::uint8_t { kWriting, kReading };
  rocksdb::Status start(const DatabaseOptions& options, For what);

  const std::string path_;
  const std::shared_ptr<KeptLinks> files_;
  const std::unique_ptr<rocksdb::Env> env_;  // with files_
  bool is_new_ = false;
  rocksdb::FileLock* lock_ = nullptr;  // held by a reader; RocksDB locks only for writers
  std::unique_ptr<rocksdb::DB> rocks_;
  std::array<rocksdb::ColumnFamilyHandle*, kFamilyCount> families_{};
  rocksdb::ColumnFamilyHandle* default_family_ = nullptr;  // RocksDB requires it; it is empty
  std::shared_ptr<SharedFloors> shared_floors_;
  std::shared_ptr<MergeRoom> merge_room_;                // null when it is open to read
  std::shared_ptr<BackgroundErrors> background_errors_;  // likewise
};

}  // namespace courtside
