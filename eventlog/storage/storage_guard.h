// Looks at the disk of the log, keeps its reserve file, and answers everybody who is about to
// write. The rules are StorageGate's.
//
// Threads: any. look() and refusal() are the log thread's; has_room() blocks on the disk for some
// 20 us.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>

#include "base/error.h"
#include "base/result.h"
#include "eventlog/storage/disk_space.h"
#include "eventlog/storage/reserve_file.h"
#include "eventlog/storage/storage_gate.h"

namespace courtside {

enum class StorageState : std::uint8_t {
  kOpen,      // appends are accepted
  kFull,      // they are refused with storage_full
  kReadOnly,  // they are refused with storage_read_only
};

struct StorageStatus {
  StorageState state = StorageState::kOpen;
  std::string reason;  // empty while open
  std::uint64_t free_bytes = 0;
  // Appends are refused when less is free; while they are, they wait for so much.
  std::uint64_t needed_bytes = 0;
};

class StorageGuard {
 public:
  // A look is valid for this long.
  static constexpr std::uint64_t kLookUs = 100'000;

  // Full until the first look. `disk_bytes`: the size of the disk.
  StorageGuard(std::string folder, std::uint64_t disk_bytes, DiskProbe probe = {});

  const StorageSizes& sizes() const { return sizes_; }

  // Whether the last look is too old.
  bool is_look_due() const;
  // Looks at the disk, and makes or removes the reserve file. `segment_bytes`: of index segments
  // that are not files yet.
  void look(std::uint64_t segment_bytes);
  // An append of this size was written.
  void on_written(std::uint64_t bytes);
  // Why an append of this size may not be written: storage_full or storage_read_only. Empty: it may
  // be.
  std::optional<Error> refusal(std::uint64_t bytes) const;

  // Looks at the disk: whether so much may be written now by anything else than an append.
  bool has_room(std::uint64_t bytes);

  // The log was opened without the right to write, or with it.
  void set_read_only(StorageState why, std::string reason);
  void set_writable();
  bool is_writable() const { return is_writable_; }

  // Whether files can be made on the disk.
  bool can_write() const { return probe_.is_writable(folder_); }
  // A read-only log: whether it could be opened for writing if that takes `bytes`. Gives the
  // reserve file back if that helps.
  bool could_open(std::uint64_t bytes);

  StorageStatus status() const;
  // What compactions may use, as of the last look.
  std::uint64_t merge_bytes() const;

 private:
  std::optional<std::uint64_t> measure();
  void act_on(StorageGate::Reserve due);
  void tell_change();
  StorageState state_locked() const;

  const std::string folder_;
  const StorageSizes sizes_;
  const DiskProbe probe_;
  std::atomic<bool> is_writable_{true};

  mutable std::mutex mutex_;
  StorageGate gate_;
  ReserveFile reserve_;
  StorageState why_closed_ = StorageState::kFull;  // while it is not writable
  std::string reason_;                             // likewise
  std::uint64_t looked_us_ = 0;
  bool has_looked_ = false;
  bool has_told_full_ = false;
  bool has_told_probe_ = false;
};

}  // namespace courtside
