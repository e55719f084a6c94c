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

#include "base/result.h"
#include "schema/position.h"

namespace rocksdb {
class ColumnFamilyHandle;
class DB;
class Status;
}  // namespace rocksdb

namespace courtside {

enum class Family : std::uint8_t { kEvents, kIndex, kIds, kSubjects, kMeta };
constexpr std::size_t kFamilyCount = 5;

struct DatabaseOptions {
  std::string path;
  std::size_t block_cache_bytes = 0;
};

class Database {
 public:
  // Creates what is not there. Errors: data_in_use, data_corrupt, data_newer, no_input.
  static Result<std::unique_ptr<Database>> open(const DatabaseOptions& options);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  rocksdb::DB& rocks() const { return *rocks_; }
  rocksdb::ColumnFamilyHandle* family(Family family) const;
  const std::string& path() const { return path_; }

  // The value of a key; empty when there is none.
  Result<std::optional<std::string>> get(Family family, std::string_view key) const;

  // What speaks only of offsets below this is left out when files are next merged.
  void set_first_held(Offset offset) { first_held_->store(offset.value()); }

 private:
  Database() = default;

  std::string path_;
  std::unique_ptr<rocksdb::DB> rocks_;
  std::array<rocksdb::ColumnFamilyHandle*, kFamilyCount> families_{};
  rocksdb::ColumnFamilyHandle* default_family_ = nullptr;  // RocksDB wants one; nothing is in it
  // Shared with the compaction filters, which outlive nothing but are asked on RocksDB's threads.
  std::shared_ptr<std::atomic<std::uint64_t>> first_held_;
};

// `status` as an error: data_corrupt where bytes on disk are wrong, else `otherwise`. `doing` is
// the noun of what was at hand ("events").
Error error_from(const rocksdb::Status& status, std::string_view doing, Code otherwise);

}  // namespace courtside
