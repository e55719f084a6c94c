// What was made of a subject's events up to an offset, kept so that it need not be made again: a
// bounded store of bytes by key and offset, beside the log and not of it.
//
// It may lose anything at any time, and be deleted whole while nobody runs: the oldest go first
// when it is full, nothing is synced, and what is damaged is thrown away at the start. It is a
// database of its own, so that a log that was served by this version opens in an older one
// (docs/decisions/0014).
//
// Threads: any; every call may block on the disk.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/hash.h"
#include "base/result.h"
#include "schema/position.h"

namespace courtside {

struct Snapshot {
  Offset offset;
  std::string bytes;
};

class Snapshots {
 public:
  virtual ~Snapshots() = default;

  // The last one of this key at or before `at`; empty when there is none, or it cannot be read.
  virtual std::optional<Snapshot> find(const Hash128& key, Offset at) const = 0;

  // Keeps it, if it can.
  virtual void put(const Hash128& key, Offset offset, std::string_view bytes) = 0;
};

struct SnapshotsOptions {
  std::string path;
  std::size_t bytes_max = 256 << 20;  // on the disk, about; at least 8 MiB
};

// Makes the folder where there is none, and makes it anew where it cannot be opened. data_in_use or
// no_input when that cannot be done either.
Result<std::unique_ptr<Snapshots>> open_snapshots(const SnapshotsOptions& options);

}  // namespace courtside
