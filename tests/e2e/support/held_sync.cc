// A library to preload into a server (LD_PRELOAD): while a lock (flock) is held on the file named
// by HELD_SYNC_FILE, no sync to disk completes. Tests use it through HeldSync (held_sync.h).
// Threads: any.
#include <fcntl.h>
#include <sys/file.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdlib>

namespace {

void wait_until_released() {
  const char* const path = std::getenv("HELD_SYNC_FILE");
  if (path == nullptr) return;
  const int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return;
  flock(file, LOCK_SH);
  close(file);
}

// Calls the kernel directly, because the function's name is overridden here.
int sync_after_release(long number, int descriptor) {
  wait_until_released();
  return static_cast<int>(syscall(number, descriptor));
}

}  // namespace

extern "C" {
__attribute__((visibility("default"))) int fdatasync(int descriptor) {
  return sync_after_release(SYS_fdatasync, descriptor);
}
__attribute__((visibility("default"))) int fsync(int descriptor) {
  return sync_after_release(SYS_fsync, descriptor);
}
}
