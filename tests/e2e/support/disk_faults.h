// Gives servers that start while an object of this class lives a disk with faults
// (disk_faults.cc).
//
//   DiskFaults faults;             // before the server
//   ServerProcess server;
//   faults.fill();  ...  faults.heal();
//
// Threads: one.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "tests/e2e/support/server_process.h"

namespace courtside::e2e {

class DiskFaults {
 public:
  DiskFaults() {
    heal();
    setenv("DISK_FAULTS_FILE", path().c_str(), 1);
    setenv("LD_PRELOAD", COURTSIDE_DISK_FAULTS, 1);
    // A sanitizer requires to be the first library, and here it is not.
    if (std::getenv("ASAN_OPTIONS") == nullptr) {
      setenv("ASAN_OPTIONS", "verify_asan_link_order=0", 1);
    }
  }
  DiskFaults(const DiskFaults&) = delete;
  DiskFaults& operator=(const DiskFaults&) = delete;
  ~DiskFaults() { forget(); }

  // Does not affect processes started from now on.
  static void forget() {
    for (const char* name : {"DISK_FAULTS_FILE", "LD_PRELOAD"}) unsetenv(name);
  }

  // No space is free. Writes do not fail.
  void fill() { say("free 0\n"); }
  // Every sync fails with EIO.
  void fail_syncs() { say("sync\n"); }
  void heal() { say(""); }

 private:
  std::string path() const { return (folder_.path() / "faults").string(); }
  // Replaced in one step, because a server reads it at any time.
  void say(const std::string& faults) const {
    std::ofstream(path() + ".new") << faults;
    std::filesystem::rename(path() + ".new", path());
  }

  TempFolder folder_;
};

}  // namespace courtside::e2e
