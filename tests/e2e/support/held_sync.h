// Delays the syncs of servers that start while an object of this class lives: until release() a
// commit is not durable and gets no verdict.
//
//   HeldSync sync;            // before the server
//   ServerProcess server;
//   sync.hold();  ...  sync.release();
//
// Threads: one.
#pragma once

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <string>

#include "tests/e2e/support/server_process.h"

namespace courtside::e2e {

class HeldSync {
 public:
  HeldSync() {
    const std::string path = (folder_.path() / "held").string();
    file_ = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (file_ < 0) give_up("the file to hold cannot be made");
    setenv("HELD_SYNC_FILE", path.c_str(), 1);
    setenv("LD_PRELOAD", COURTSIDE_HELD_SYNC, 1);
    // A sanitizer requires to be the first library, and here it is not.
    if (std::getenv("ASAN_OPTIONS") == nullptr) {
      setenv("ASAN_OPTIONS", "verify_asan_link_order=0", 1);
    }
  }
  HeldSync(const HeldSync&) = delete;
  HeldSync& operator=(const HeldSync&) = delete;
  ~HeldSync() {
    forget();
    close(file_);
  }

  // Does not affect processes started from now on.
  static void forget() {
    for (const char* name : {"HELD_SYNC_FILE", "LD_PRELOAD"}) unsetenv(name);
  }

  void hold() { flock(file_, LOCK_EX); }
  void release() { flock(file_, LOCK_UN); }

 private:
  TempFolder folder_;
  int file_ = -1;
};

}  // namespace courtside::e2e
