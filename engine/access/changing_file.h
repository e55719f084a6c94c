// A small text file with keys that may be replaced while the server runs.
//
// It compares the text, not the modification time: two changes can share one tick of the file
// system clock, and the files are only a few kilobytes. Threads: one at a time.
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

  // Reads the whole text. bad_configuration, naming the file, when it is unreadable or over 1 MiB.
  Result<std::string> read();

  // Like read(), but empty when the result (text or error) is the same as last time.
  std::optional<Result<std::string>> read_if_changed();

  // bad_configuration, with the remedy, when the file of the last read is readable by others than
  // its owner and this process: it holds secrets. When another user owns the file, its group may
  // read it; Kubernetes mounts secrets for an fsGroup this way.
  Result<void> check_secret() const;
  // The same for writing: whoever can write the file decides which keys are trusted.
  Result<void> check_unwritable() const;

 private:
  Result<std::string> read_now();

  std::string path_;
  std::string seen_;     // the text or the error message of the last read
  unsigned mode_ = 0;    // permission bits
  bool is_ours_ = true;  // this process's user owns it
};

}  // namespace courtside
