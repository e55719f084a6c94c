// A library to preload into a server (LD_PRELOAD): a disk with faults, as the file named by
// DISK_FAULTS_FILE says. Tests use it through DiskFaults and LimitedDisk.
//
//   free 1000000    statvfs reports so many free bytes
//   read-only       no file can be made to try whether the disk can be written
//   sync            every sync fails with EIO
//
// Threads: any.
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdarg>
#include <cstdlib>
#include <cstring>
#include <string_view>

namespace {

struct Faults {
  char text[256] = {};

  Faults() {
    const char* const path = std::getenv("DISK_FAULTS_FILE");
    if (path == nullptr) return;
    const int file = static_cast<int>(syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC));
    if (file < 0) return;
    if (read(file, text, sizeof(text) - 1) < 0) text[0] = '\0';
    close(file);
  }
  // What follows the word; null: it is not there.
  const char* after(const char* word) const {
    const char* const found = std::strstr(text, word);
    return found == nullptr ? nullptr : found + std::strlen(word);
  }
};

int sync_or_fail(long number, int descriptor) {
  if (Faults().after("sync") != nullptr) {
    errno = EIO;
    return -1;
  }
  return static_cast<int>(syscall(number, descriptor));
}

int open_or_fail(const char* path, int flags, mode_t mode) {
  const bool is_try = std::string_view(path).ends_with("/.writable");
  if (is_try && Faults().after("read-only") != nullptr) {
    errno = EROFS;
    return -1;
  }
  return static_cast<int>(syscall(SYS_openat, AT_FDCWD, path, flags, mode));
}

mode_t mode_of(int flags, va_list more) {
  const bool makes = (flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE;
  return makes ? va_arg(more, mode_t) : 0;
}

template <typename Found>
int statvfs_with_faults(const char* name, const char* path, Found* found) {
  using Real = int (*)(const char*, Found*);
  const auto real = reinterpret_cast<Real>(dlsym(RTLD_NEXT, name));
  const int result = real(path, found);
  const Faults faults;
  const char* const free = faults.after("free ");
  if (result == 0 && free != nullptr) {
    found->f_bavail = std::strtoull(free, nullptr, 10) / found->f_frsize;
  }
  return result;
}

}  // namespace

#define VISIBLE __attribute__((visibility("default")))

extern "C" {
VISIBLE int fdatasync(int descriptor) { return sync_or_fail(SYS_fdatasync, descriptor); }
VISIBLE int fsync(int descriptor) { return sync_or_fail(SYS_fsync, descriptor); }

VISIBLE int statvfs(const char* path, struct statvfs* found) {
  return statvfs_with_faults("statvfs", path, found);
}
VISIBLE int statvfs64(const char* path, struct statvfs64* found) {
  return statvfs_with_faults("statvfs64", path, found);
}

VISIBLE int open(const char* path, int flags, ...) {
  va_list more;
  va_start(more, flags);
  const mode_t mode = mode_of(flags, more);
  va_end(more);
  return open_or_fail(path, flags, mode);
}
VISIBLE int open64(const char* path, int flags, ...) {
  va_list more;
  va_start(more, flags);
  const mode_t mode = mode_of(flags, more);
  va_end(more);
  return open_or_fail(path, flags | O_LARGEFILE, mode);
}
}
