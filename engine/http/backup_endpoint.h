// Makes backups of the running log for processes that can read the data folder's `serving.json`.
// That file has a key, made at start and used only for this and for administration. One backup at a
// time.
//
// Threads: any; make() blocks until the backup is on disk.
#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <string_view>

#include "base/hash.h"
#include "base/result.h"
#include "eventlog/backup/backup_log.h"

namespace courtside {

class BackupEndpoint {
 public:
  // Makes a backup at an absolute path. Blocks.
  using Make = std::function<Result<BackupMade>(const std::string& target)>;
  explicit BackupEndpoint(Make make);

  // Write it to serving.json and nowhere else.
  const std::string& key() const { return key_; }
  // Compares in constant time.
  bool is_key(std::string_view credential) const;

  bool is_busy() const { return is_busy_; }

  // `target`: an absolute path. Errors: bad_request (not a usable path, or it exists), overloaded
  // (another backup is running), internal (the disk).
  Result<BackupMade> make(const std::string& target);

 private:
  const Make make_;
  const std::string key_;
  const Sha256 key_digest_;
  std::atomic<bool> is_busy_{false};
};

// {"target":"/backups/monday","epoch":"k3f9","first":1,"last":104217,...}
std::string backup_answer(const BackupMade& made);

}  // namespace courtside
