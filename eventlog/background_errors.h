// Errors of RocksDB's own threads: a flush or a compaction failed.
//
// A compaction that finds no room is no failure of the log: its input files stay, and it is tried
// again. One that finds damage stays undone, and readers of the damaged file get errors. Any other
// error ends the process, at the latest with the next write; the log thread asks here, so that a
// log without writes ends, too.
//
// Threads: any.
#pragma once

#include <rocksdb/listener.h>

#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include "base/error.h"
#include "eventlog/merge_room.h"

namespace courtside {

class BackgroundErrors : public rocksdb::EventListener {
 public:
  explicit BackgroundErrors(std::shared_ptr<MergeRoom> room) : room_(std::move(room)) {}

  void OnBackgroundError(rocksdb::BackgroundErrorReason reason, rocksdb::Status* status) override;
  // RocksDB's own recovery may succeed, or never return.
  void OnErrorRecoveryBegin(rocksdb::BackgroundErrorReason /*reason*/, rocksdb::Status /*status*/,
                            bool* auto_recovery) override {
    *auto_recovery = false;
  }

  // The first failure (write_failed or data_corrupt).
  std::optional<Error> failure() const;
  // The damage that a compaction found.
  std::optional<Error> damage() const;

 private:
  const std::shared_ptr<MergeRoom> room_;
  mutable std::mutex mutex_;
  std::optional<Error> failure_;
  std::optional<Error> damage_;
};

}  // namespace courtside
