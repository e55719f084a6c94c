// Backups of the log that is served, for whoever may read the data folder's `serving.json`: its key
// is made at the start and is good for nothing else. One backup at a time.
//
// Threads: any; make() blocks for as long as the disk takes.
#pragma once

#include <atomic>
#include <string>
#include <string_view>

#include "base/hash.h"
#include "base/result.h"
#include "eventlog/backup.h"

namespace courtside {

class BackupDoor {
 public:
  // `log` outlives it.
  explicit BackupDoor(const EventLog& log);

  // For serving.json, and nobody else.
  const std::string& key() const { return key_; }
  // In a time that tells nothing about the key.
  bool is_key(std::string_view credential) const;

  // `target`: an absolute path. Errors: bad_request (the target is none, or in the way), overloaded
  // (another one is being made), internal (the disk).
  Result<BackupMade> make(const std::string& target);

 private:
  const EventLog& log_;
  const std::string key_;
  const Sha256 key_digest_;
  std::atomic<bool> is_busy_{false};
};

// {"target":"/backups/monday","epoch":"k3f9","first":1,"last":104217,...}
std::string backup_answer(const BackupMade& made);

}  // namespace courtside
