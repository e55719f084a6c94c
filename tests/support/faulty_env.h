// A disk that fails: RocksDB's Env with the machine's own files behind it, of which the Nth call
// that writes, and optionally every one after it, answers an I/O error and does nothing.
//
//   FaultyEnv disk;
//   auto log = open_log({.path = path, .env = &disk});
//   disk.fail_from(disk.calls() + 1);   // the next write
//
// Counted are appends, syncs, new files, renames, links, removals and the sync of a directory.
// Threads: any; RocksDB calls it from several.
#pragma once

#include <rocksdb/env.h>

#include <atomic>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>

namespace courtside::story {

class FaultyEnv : public rocksdb::EnvWrapper {
 public:
  FaultyEnv() : rocksdb::EnvWrapper(rocksdb::Env::Default()) {}

  const char* Name() const override { return "FaultyEnv"; }

  // Calls so far, those that failed included.
  std::uint64_t calls() const { return calls_; }
  // Whether one has failed since the last fail_*() or heal().
  bool has_failed() const { return has_failed_; }

  // The call with this number fails, counted from 1, and so does every later one: a full disk.
  void fail_from(std::uint64_t number) {
    fail({number, std::numeric_limits<std::uint64_t>::max()});
  }
  // That call alone fails.
  void fail_once(std::uint64_t number) { fail({number, number}); }
  void heal() { fail({0, 0}); }

  // Counts a call. An error when it is to fail.
  rocksdb::Status count();

  rocksdb::Status NewWritableFile(const std::string& name,
                                  std::unique_ptr<rocksdb::WritableFile>* file,
                                  const rocksdb::EnvOptions& options) override;
  rocksdb::Status ReuseWritableFile(const std::string& name, const std::string& old_name,
                                    std::unique_ptr<rocksdb::WritableFile>* file,
                                    const rocksdb::EnvOptions& options) override;
  rocksdb::Status NewDirectory(const std::string& name,
                               std::unique_ptr<rocksdb::Directory>* directory) override;
  rocksdb::Status RenameFile(const std::string& from, const std::string& to) override;
  rocksdb::Status LinkFile(const std::string& from, const std::string& to) override;
  rocksdb::Status DeleteFile(const std::string& name) override;

 private:
  struct Failing {
    std::uint64_t first;
    std::uint64_t last;
  };
  void fail(Failing failing) {
    has_failed_ = false;
    last_ = failing.last;
    first_ = failing.first;
  }

  std::atomic<std::uint64_t> calls_{0};
  std::atomic<std::uint64_t> first_{0};
  std::atomic<std::uint64_t> last_{0};
  std::atomic<bool> has_failed_{false};
};

}  // namespace courtside::story
