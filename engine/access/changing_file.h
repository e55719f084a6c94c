// A small text file that its owner may write anew while we run: keys, of either kind.
//
// What is compared is the text, not the time of the change: two changes can share a tick of the
// file system's clock, and these files are a few kilobytes. Threads: one at a time.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "base/result.h"

namespace courtside {

class ChangingFile {
 public:
  explicit ChangingFile(std::string path) : path_(std::move(path)) {}

  const std::string& path() const { return path_; }

  // The whole text. bad_configuration, naming the file, when it cannot be read or is over 1 MiB.
  Result<std::string> read();

  // The same when it is not what it was last time, the error included; else empty.
  std::optional<Result<std::string>> read_if_changed();

  // bad_configuration, with the remedy, when as of the last reading others than its owner and us
  // might have read it: it holds secrets. A group may read the file of another owner, as a secret
  // that Kubernetes mounts for its fsGroup.
  Result<void> check_secret() const;
  // The same when others might have written it: it says whom to trust.
  Result<void> check_unwritable() const;

 private:
  Result<std::string> read_now();

  std::string path_;
  std::string seen_;     // the text of last time, or the error's message
  unsigned mode_ = 0;    // permission bits
  bool is_ours_ = true;  // we are its owner
};

}  // namespace courtside
