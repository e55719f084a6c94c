// A folder that appears complete or not at all. It is filled as `<target>.partial/log` and renamed
// after a sync. A mark in the partial folder lets a later attempt remove what a crash left, and
// protects folders of other origin.
//
// Threads: the caller's; it blocks on the disk.
#pragma once

#include <filesystem>
#include <string>

#include "base/result.h"

namespace courtside {

class UnfinishedFolder {
 public:
  // Errors: bad_request when the target exists and is not an empty folder, or cannot be created;
  // write_failed.
  static Result<UnfinishedFolder> make(const std::string& target);
  UnfinishedFolder(UnfinishedFolder&& other) noexcept;
  UnfinishedFolder(const UnfinishedFolder&) = delete;
  // Removes the partial folder unless finish() succeeded.
  ~UnfinishedFolder();

  // The folder to fill. The caller creates it.
  std::string path() const { return partial_ / "log"; }
  const std::string& target() const { return target_; }

  // Renames the folder to its target and makes it and its files accessible to their owner only.
  // REQUIRES: its files are synced. Errors: write_failed.
  Result<void> finish();

 private:
  UnfinishedFolder(std::string target, std::filesystem::path partial)
      : target_(std::move(target)), partial_(std::move(partial)) {}

  std::string target_;
  std::filesystem::path partial_;  // empty after finish()
};

}  // namespace courtside
