// A small disk for a server's data folder: a tmpfs in a mount namespace of its own, or, where this
// machine does not allow that, an ordinary folder whose free space and writability a preloaded
// library invents (disk_faults.cc). The server's own behaviour is the same; a real disk also shows
// that nothing fails before the server refuses it.
//
//   LimitedDisk disk(24 << 20);
//   ServerProcess server({}, disk.place());
//   disk.fill();  ...  disk.make_room();
//
// Threads: one.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <string>

#include "tests/e2e/support/server_process.h"

namespace courtside::e2e {

class LimitedDisk {
 public:
  explicit LimitedDisk(std::uint64_t bytes);
  ~LimitedDisk();
  LimitedDisk(const LimitedDisk&) = delete;
  LimitedDisk& operator=(const LimitedDisk&) = delete;

  // Where a server on this disk has its data.
  ServerPlace place() const;
  bool is_real() const { return holder_ > 0; }

  // Another program takes all the space that is left; and gives it back.
  void fill();
  void make_room();
  // REQUIRES: nothing on it is open for writing.
  void set_read_only(bool read_only);

 private:
  bool mount_it(std::uint64_t bytes);
  void say_faults() const;
  void command(char what) const;

  TempFolder folder_;
  pid_t holder_ = -1;  // lives in the namespace
  int to_holder_ = -1;
  int from_holder_ = -1;
  std::filesystem::path path_;
  bool is_full_ = false;       // of an invented disk
  bool is_read_only_ = false;  // likewise
};

}  // namespace courtside::e2e
