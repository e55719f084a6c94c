// What a disk has: its free space, and whether it can be written. Threads: any; each call blocks on
// the disk.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "base/result.h"

namespace courtside {

struct DiskSpace {
  std::uint64_t free_bytes = 0;  // for a user without privileges
  std::uint64_t total_bytes = 0;
};

// The disk of this folder, or of the nearest folder above it that exists. A disk without free
// inodes has no free bytes. Errors: no_input.
Result<DiskSpace> disk_space(const std::string& folder);

// Tries to create a file in this folder. False when the disk is read-only; the flags of its mount
// do not tell, since a file system that failed is read-only behind them. Any other error, such as a
// full disk or missing rights, is true: what is written next will show it.
bool is_writable(const std::string& folder);

// How a log examines its disk; tests replace it.
struct DiskProbe {
  std::function<Result<DiskSpace>(const std::string& folder)> space = &disk_space;
  std::function<bool(const std::string& folder)> is_writable = &courtside::is_writable;
};

}  // namespace courtside
