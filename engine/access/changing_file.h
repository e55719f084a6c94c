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

  // As of the last reading: whether others than the file's owner may read it.
  bool is_open_to_others() const { return open_to_others_; }

 private:
  Result<std::string> read_now();

  std::string path_;
  std::string seen_;  // the text of last time, or the error's message
  bool open_to_others_ = false;
};

}  // namespace courtside
