// A disk whose power can be cut: an ext4 file system on a loop device, in a mount namespace of this
// thread and its children, so that nothing is left of it. Needs root and loop devices.
//
//   std::string why;
//   auto disk = CutDisk::make(why);      // null: this machine does not allow it
//   ... a child writes below disk->path() ...
//   disk->cut();                         // from now on nothing reaches the disk
//   ... the child ends ...
//   disk->restart();                     // mounted again: ext4 replays its journal
//
// cut() ends the file system without writing its journal (FS_IOC_SHUTDOWN, NOLOGFLUSH): what the
// kernel holds in memory is lost. The loop device has no cache of its own that could lose writes,
// so a missing flush of a disk's cache would not be seen. Threads: one, which makes it.
#pragma once

#include <memory>
#include <string>

#include "tests/support/log_story.h"

namespace courtside::story {

class CutDisk {
 public:
  static std::unique_ptr<CutDisk> make(std::string& why);
  ~CutDisk();
  CutDisk(const CutDisk&) = delete;
  CutDisk& operator=(const CutDisk&) = delete;

  std::string path() const { return folder_.path() + "/mounted"; }
  // Throw std::runtime_error when the machine does not do it.
  void cut();
  void sync();  // what was written until now survives a cut
  // REQUIRES: nothing on it is open.
  void restart();

 private:
  CutDisk() = default;
  std::string image() const { return folder_.path() + "/image"; }
  bool mount() const;

  TempFolder folder_;
};

}  // namespace courtside::story
