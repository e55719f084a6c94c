// The file system of the log's database. It keeps the files of an ingestion that failed.
//
// RocksDB 7.8 removes the files that it was to ingest when the sync of its manifest fails. The
// manifest may name them by then, and a database whose manifest names a missing file cannot be
// opened. The next open removes files that no manifest names, so nothing is left behind.
//
// Threads: any.
#pragma once

#include <rocksdb/file_system.h>

#include <memory>
#include <mutex>
#include <string>
#include <unordered_set>
#include <utility>

namespace courtside {

class KeptLinks : public rocksdb::FileSystemWrapper {
 public:
  // `folder`: that of the database.
  KeptLinks(const std::shared_ptr<rocksdb::FileSystem>& files, std::string folder)
      : rocksdb::FileSystemWrapper(files), folder_(std::move(folder)) {}

  const char* Name() const override { return "KeptLinks"; }

  // Files that are linked into the folder between the two calls cannot be removed between them. One
  // ingestion at a time.
  void begin_ingestion();
  void end_ingestion();

  rocksdb::IOStatus LinkFile(const std::string& from, const std::string& to,
                             const rocksdb::IOOptions& options,
                             rocksdb::IODebugContext* context) override;
  rocksdb::IOStatus DeleteFile(const std::string& name, const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* context) override;

 private:
  const std::string folder_;
  std::mutex mutex_;
  bool is_ingesting_ = false;
  std::unordered_set<std::string> kept_;
};

}  // namespace courtside
