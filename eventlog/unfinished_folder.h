// A folder that is there wholly or not at all: it is filled beside its place, as
// `<target>.partial/log`, and takes its name at the end, after a sync. What a crash leaves carries
// a mark, so that the next attempt may take it away, and never anything of somebody else's.
//
// Threads: the caller's; it blocks on the disk.
#pragma once

#include <filesystem>
#include <string>

#include "base/result.h"

namespace courtside {

class UnfinishedFolder {
 public:
  // Errors: bad_request where the target is there and not an empty folder, or cannot be there;
  // write_failed.
  static Result<UnfinishedFolder> make(const std::string& target);
  UnfinishedFolder(UnfinishedFolder&& other) noexcept;
  UnfinishedFolder(const UnfinishedFolder&) = delete;
  // Removes what was not finished.
  ~UnfinishedFolder();

  // Where it is filled. It is for the caller to make.
  std::string path() const { return partial_ / "log"; }
  const std::string& target() const { return target_; }

  // Gives the folder its name. It and its files are for their owner alone. REQUIRES: its files are
  // synced. Errors: write_failed.
  Result<void> finish();

 private:
  UnfinishedFolder(std::string target, std::filesystem::path partial)
      : target_(std::move(target)), partial_(std::move(partial)) {}

  std::string target_;
  std::filesystem::path partial_;  // empty once it is finished
};

}  // namespace courtside
