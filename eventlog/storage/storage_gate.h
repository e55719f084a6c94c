// Decides whether the log may write, from numbers alone.
//
//   open    appends are accepted
//   closed  appends are refused; the reserve file is given back, so that what was accepted before
//           can be moved from memory and journals into files
//
// RocksDB must never meet a full disk: after a failed write nobody knows what is on the disk, and
// the process has to end. So the gate closes while there is still room for all that was accepted:
// the journals once more as files, the index segments in memory, and a margin.
//
// It does no I/O. Threads: its caller's.
#pragma once

#include <cstdint>

namespace courtside {

// What the log may use on a disk of a given size; in bytes.
struct StorageSizes {
  std::uint64_t memtable_bytes = 0;  // records in memory before they become a file
  std::uint64_t journal_bytes = 0;   // all journals together
  std::uint64_t segment_bytes = 0;   // an index segment
  std::uint64_t reserve_bytes = 0;   // the reserve file: a memtable and a segment
  std::uint64_t look_bytes = 0;      // written between two looks at the disk
};

// The usual sizes, or less on a disk of less than 1 GiB: each at most an eighth of it.
StorageSizes storage_sizes(std::uint64_t disk_bytes);

class StorageGate {
 public:
  // Manifests, notes, file system metadata.
  static constexpr std::uint64_t kMarginBytes = 2 << 20;
  // A write of notes or of a drop.
  static constexpr std::uint64_t kSmallWriteBytes = 256 << 10;

  // What is to be done with the reserve file after a look.
  enum class Reserve : std::uint8_t { kKeep, kGiveBack, kMake };

  // Closed until the first look.
  explicit StorageGate(const StorageSizes& sizes) : sizes_(sizes) {}

  // `free_bytes`: of the disk, without the reserve file. `segment_bytes`: of index segments that
  // are not files yet. `has_reserve`: the reserve file exists.
  Reserve look(std::uint64_t free_bytes, std::uint64_t segment_bytes, bool has_reserve);
  // The reserve file could not be made.
  void on_no_reserve() { is_open_ = false; }

  // An append of this size was written.
  void on_written(std::uint64_t bytes) { written_bytes_ += bytes; }
  // So much was written that the last look is too old.
  bool is_look_due() const { return written_bytes_ >= sizes_.look_bytes; }

  bool is_open() const { return is_open_; }
  // Whether an append of this size may be written.
  bool admits(std::uint64_t bytes) const;

  std::uint64_t free_bytes() const { return free_bytes_; }
  // Below this, the gate is closed.
  std::uint64_t needed_bytes() const { return needed_bytes_; }
  // What it takes to open a closed gate: with less, it would close again soon.
  std::uint64_t reopening_bytes() const;
  // The room that compactions must leave.
  std::uint64_t untouchable_bytes() const;

 private:
  const StorageSizes sizes_;
  bool is_open_ = false;
  std::uint64_t free_bytes_ = 0;
  std::uint64_t needed_bytes_ = 0;
  std::uint64_t written_bytes_ = 0;  // since the last look
};

}  // namespace courtside
