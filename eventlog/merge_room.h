// How much disk space RocksDB may use for merging files. A merge writes its result before it
// removes its input, which may be everything that an index has; with too little room it would fail
// and take the log down. Without room it is put off, and tried again every second.
//
// RocksDB has a limit for the size of all files, and a number of bytes that compactions must leave
// of it. Here the limit is out of reach, and the second number leaves exactly what is free.
//
// Threads: any.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>

namespace rocksdb {
class Env;
class SstFileManager;
}  // namespace rocksdb

namespace courtside {

class MergeRoom {
 public:
  explicit MergeRoom(rocksdb::Env& env);

  const std::shared_ptr<rocksdb::SstFileManager>& manager() const { return manager_; }

  // From now on a merge may use `bytes` in addition to its input. Before the first call there is no
  // limit.
  void set(std::uint64_t bytes);
  // No merge any more: one has found damage, and would find it again.
  void stop();

 private:
  const std::shared_ptr<rocksdb::SstFileManager> manager_;
  std::mutex mutex_;
  bool stopped_ = false;
};

}  // namespace courtside
