// Results computed from a subject's events up to an offset, kept to save computing them again: a
// bounded store of bytes by key and offset. It is beside the log, not part of it.
//
// It may lose anything at any time, and may be deleted while the server is stopped. The oldest
// entries are removed when it is full, nothing is synced, and a damaged store is deleted at start.
// It is a separate database, so that an older version can still open the log (docs/decisions/0014).
//
// Threads: any; calls may block on the disk.
#pragma once

#include <cstddef>
#include <functional>
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

  // The last snapshot of this key at or before `at`; empty when there is none or it cannot be read.
  virtual std::optional<Snapshot> find(const Hash128& key, Offset at) const = 0;

  // Stores it if possible; failures are only logged.
  virtual void put(const Hash128& key, Offset offset, std::string_view bytes) = 0;
};

struct SnapshotsOptions {
  std::string path;
  std::size_t bytes_max = 256 << 20;  // on the disk, approximately; at least 8 MiB
  std::size_t open_files_max = 80;    // with fewer the store is smaller; at least 32
  // Whether the disk has room for another snapshot; empty: always.
  std::function<bool()> has_room = {};
};

// Opens the store. It is created when missing, and deleted and created again when it cannot be
// opened. Errors: data_in_use, no_input.
Result<std::unique_ptr<Snapshots>> open_snapshots(const SnapshotsOptions& options);

}  // namespace courtside
