// The RocksDB database behind the log: its column families, how it is opened, and its errors in our
// words. Everything else in this folder that touches RocksDB goes through here.
//
// Threads: any, once open; RocksDB does its own locking. Never fork while one is open: the child
// would wait for threads that it does not have.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "schema/position.h"

namespace rocksdb {
class ColumnFamilyHandle;
class DB;
class FileLock;
class Status;
}  // namespace rocksdb

namespace courtside {

enum class Family : std::uint8_t { kEvents, kIndex, kIds, kSubjects, kMeta };
constexpr std::size_t kFamilyCount = 5;

struct DatabaseOptions {
  std::string path;
  std::size_t block_cache_bytes = 0;
  bool create = true;          // what is not there; otherwise no_input
  int max_open_files = -1;     // all of them
  bool needs_journals = true;  // false: one that is missing is passed over
};

// Where what is still of use begins.
struct Floors {
  Offset first_held;    // ids and postings of offsets below this alone are of no use
  Offset first_needed;  // nor are records below this; never beyond first_held
};

// The same, as RocksDB's threads look at it when they merge files.
struct SharedFloors {
  std::atomic<std::uint64_t> first_held{0};
  std::atomic<std::uint64_t> first_needed{0};
};

class Database {
 public:
  // Makes a new log's database where the folder is empty, unless told not to; see log_folder.h.
  // Errors: data_in_use, data_corrupt, data_newer, no_input, write_failed.
  static Result<std::unique_ptr<Database>> open(const DatabaseOptions& options);

  // Opens what is there and changes nothing of it, but holds it against writers all the same. What
  // a crash left half written at the end is passed over, as open() would cut it off.
  // Errors: data_in_use, data_corrupt, data_newer, no_input (there is no log, or no right to it).
  static Result<std::unique_ptr<Database>> open_to_read(const DatabaseOptions& options);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  rocksdb::DB& rocks() const { return *rocks_; }
  rocksdb::ColumnFamilyHandle* family(Family family) const;
  const std::string& path() const { return path_; }
  // Its log is still to be made: finish_log_folder() when it is.
  bool is_new() const { return is_new_; }

  // The value of a key; empty when there is none.
  Result<std::optional<std::string>> get(Family family, std::string_view key) const;

  // The same for many, in the order of `keys`, at half the price of one by one.
  // REQUIRES: `keys` ascend.
  Result<std::vector<std::optional<std::string>>> get_all(
      Family family, const std::vector<std::string_view>& keys) const;

  // Writes a copy of it all, as it is at some moment of the call, to a folder that is not there
  // yet: an absolute path. Sorted files are linked where that can be. Errors: write_failed.
  Result<void> checkpoint(const std::string& target) const;

  // What merging files may leave out from now on. Never goes back.
  void set_floors(const Floors& floors) {
    shared_floors_->first_held = floors.first_held.value();
    shared_floors_->first_needed = floors.first_needed.value();
  }

 private:
  explicit Database(std::string path);

  Result<void> hold();
  enum class For : std::uint8_t { kWriting, kReading };
  rocksdb::Status start(const DatabaseOptions& options, For what);

  const std::string path_;
  bool is_new_ = false;
  rocksdb::FileLock* lock_ = nullptr;  // of a reader: RocksDB takes none for it
  std::unique_ptr<rocksdb::DB> rocks_;
  std::array<rocksdb::ColumnFamilyHandle*, kFamilyCount> families_{};
  rocksdb::ColumnFamilyHandle* default_family_ = nullptr;  // RocksDB wants one; nothing is in it
  std::shared_ptr<SharedFloors> shared_floors_;
};

// `status` as an error: data_corrupt where bytes on disk are wrong, else `otherwise`. `doing` is
// the noun of what was at hand ("events").
Error error_from(const rocksdb::Status& status, std::string_view doing, Code otherwise);

// Whether opening failed because somebody has the database open.
bool is_lock_held(const rocksdb::Status& status);

}  // namespace courtside
