#include "eventlog/storage/storage_gate.h"

#include <algorithm>

namespace courtside {
namespace {

constexpr std::uint64_t kKiB = 1 << 10;
constexpr std::uint64_t kMiB = 1 << 20;

// A journal's records become files of at most their size and a tenth.
std::uint64_t files_of(std::uint64_t journal_bytes) { return journal_bytes + journal_bytes / 10; }

}  // namespace

StorageSizes storage_sizes(std::uint64_t disk_bytes) {
  const std::uint64_t journals = std::clamp(disk_bytes / 8, 2 * kMiB, 128 * kMiB);
  const std::uint64_t segment = std::clamp(disk_bytes / 16, kMiB, 64 * kMiB);
  return {.memtable_bytes = journals / 4,
          .journal_bytes = journals,
          .segment_bytes = segment,
          .reserve_bytes = journals / 4 + segment,
          .look_bytes = std::clamp(disk_bytes / 64, 256 * kKiB, 4 * kMiB)};
}

StorageGate::Reserve StorageGate::look(std::uint64_t free_bytes, std::uint64_t segment_bytes,
                                       bool has_reserve) {
  written_bytes_ = 0;
  free_bytes_ = free_bytes;
  needed_bytes_ = files_of(sizes_.journal_bytes) + segment_bytes + kMarginBytes;
  if (free_bytes < needed_bytes_) {
    is_open_ = false;
    return has_reserve ? Reserve::kGiveBack : Reserve::kKeep;
  }
  if (has_reserve) {
    is_open_ = true;
    return Reserve::kKeep;
  }
  if (free_bytes < reopening_bytes()) return Reserve::kKeep;
  is_open_ = true;
  return Reserve::kMake;
}

// Twice the bytes: once in the journal and once in the file that it becomes.
bool StorageGate::admits(std::uint64_t bytes) const {
  return is_open_ && free_bytes_ >= needed_bytes_ + 2 * (written_bytes_ + bytes);
}

std::uint64_t StorageGate::reopening_bytes() const {
  return needed_bytes_ + sizes_.reserve_bytes + sizes_.look_bytes;
}

std::uint64_t StorageGate::untouchable_bytes() const {
  return files_of(sizes_.journal_bytes) + kMarginBytes;
}

}  // namespace courtside
