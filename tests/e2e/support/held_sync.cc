// A library to preload into a server (LD_PRELOAD): while somebody holds a lock (flock) on the file
// that HELD_SYNC_FILE names, no sync to the disk comes to its end. HeldSync
// (held_sync.h) is for tests. Threads: any.
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/file.h>
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

int real_sync(const char* name, int descriptor) {
  wait_until_released();
  using Sync = int (*)(int);
  return reinterpret_cast<Sync>(dlsym(RTLD_NEXT, name))(descriptor);
}

}  // namespace

extern "C" {
__attribute__((visibility("default"))) int fdatasync(int descriptor) {
  return real_sync("fdatasync", descriptor);
}
__attribute__((visibility("default"))) int fsync(int descriptor) {
  return real_sync("fsync", descriptor);
}
}
