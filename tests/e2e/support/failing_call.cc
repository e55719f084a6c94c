// A library to preload into a server (LD_PRELOAD): the Nth call of one kind fails, once.
//
//   FAILING_CALL="write 12 5"     the 12th write of a regular file fails with errno 5
//   FAILING_CALL="write 0 0"      none fails; they are counted
//   FAILING_CALL_COUNTS=path      a file of 16 bytes: calls so far, and 1 after the failure. All
//                                 processes that start with this file count together
//
//   kind      calls
//   sync      fdatasync, fsync
//   write     write, pwrite, writev of a regular file
//   read      read, pread of a regular file
//   open      open, openat, fopen, opendir
//   rename    rename
//   link      link
//   unlink    unlink
//   allocate  fallocate, posix_fallocate, ftruncate
//   accept    accept4
//   watch     epoll_ctl that adds a descriptor, where the kernel would have added it
//   thread    pthread_create
//
// Tests use it through FailingCall (failing_call.h). Threads: any.
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cstdarg>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace {

struct Counts {
  std::uint64_t calls;
  std::uint64_t failed;
};

struct Plan {
  char kind[16] = {};
  std::uint64_t number = 0;
  int error = 0;
  Counts* counts = nullptr;  // null: nothing fails

  Plan() {
    const char* const text = std::getenv("FAILING_CALL");
    const char* const path = std::getenv("FAILING_CALL_COUNTS");
    // setpriv(1) runs before the server, in the same process.
    const bool is_wrapper = std::string_view(program_invocation_short_name) == "setpriv";
    if (text == nullptr || path == nullptr || is_wrapper) return;
    if (std::sscanf(text, "%15s %lu %d", kind, &number, &error) != 3) return;
    const long file = syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC);
    if (file < 0) return;
    void* const shared = mmap(nullptr, sizeof(Counts), PROT_READ | PROT_WRITE, MAP_SHARED,
                              static_cast<int>(file), 0);
    syscall(SYS_close, file);
    if (shared != MAP_FAILED) counts = static_cast<Counts*>(shared);
  }
};

// Counts a call of this kind; true when it is the one that fails: errno is set then.
bool fails(std::string_view kind) {
  static const Plan plan;
  if (plan.counts == nullptr || kind != plan.kind) return false;
  if (__atomic_add_fetch(&plan.counts->calls, 1, __ATOMIC_RELAXED) != plan.number) return false;
  __atomic_store_n(&plan.counts->failed, 1, __ATOMIC_RELAXED);
  errno = plan.error;
  return true;
}

bool fails_on_file(std::string_view kind, int descriptor) {
  struct stat found = {};
  const int before = errno;
  const bool is_file = fstat(descriptor, &found) == 0 && S_ISREG(found.st_mode);
  errno = before;
  return is_file && fails(kind);
}

// The function that this library hides.
template <typename Function>
Function real(const char* name) {
  return reinterpret_cast<Function>(dlsym(RTLD_NEXT, name));
}

mode_t mode_of(int flags, va_list more) {
  const bool makes = (flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE;
  return makes ? va_arg(more, mode_t) : 0;
}

int open_at(int folder, const char* path, int flags, mode_t mode) {
  if (fails("open")) return -1;
  return static_cast<int>(syscall(SYS_openat, folder, path, flags, mode));
}

}  // namespace

#define VISIBLE __attribute__((visibility("default")))

extern "C" {
VISIBLE int fdatasync(int fd) {
  return fails("sync") ? -1 : static_cast<int>(syscall(SYS_fdatasync, fd));
}
VISIBLE int fsync(int fd) { return fails("sync") ? -1 : static_cast<int>(syscall(SYS_fsync, fd)); }

VISIBLE ssize_t write(int fd, const void* bytes, size_t count) {
  return fails_on_file("write", fd) ? -1 : syscall(SYS_write, fd, bytes, count);
}
VISIBLE ssize_t pwrite(int fd, const void* bytes, size_t count, off_t at) {
  return fails_on_file("write", fd) ? -1 : syscall(SYS_pwrite64, fd, bytes, count, at);
}
VISIBLE ssize_t pwrite64(int fd, const void* bytes, size_t count, off64_t at) {
  return fails_on_file("write", fd) ? -1 : syscall(SYS_pwrite64, fd, bytes, count, at);
}
VISIBLE ssize_t writev(int fd, const struct iovec* parts, int count) {
  return fails_on_file("write", fd) ? -1 : syscall(SYS_writev, fd, parts, count);
}
VISIBLE ssize_t read(int fd, void* bytes, size_t count) {
  return fails_on_file("read", fd) ? -1 : syscall(SYS_read, fd, bytes, count);
}
VISIBLE ssize_t pread(int fd, void* bytes, size_t count, off_t at) {
  return fails_on_file("read", fd) ? -1 : syscall(SYS_pread64, fd, bytes, count, at);
}
VISIBLE ssize_t pread64(int fd, void* bytes, size_t count, off64_t at) {
  return fails_on_file("read", fd) ? -1 : syscall(SYS_pread64, fd, bytes, count, at);
}

VISIBLE int open(const char* path, int flags, ...) {
  va_list more;
  va_start(more, flags);
  const mode_t mode = mode_of(flags, more);
  va_end(more);
  return open_at(AT_FDCWD, path, flags, mode);
}
VISIBLE int open64(const char* path, int flags, ...) {
  va_list more;
  va_start(more, flags);
  const mode_t mode = mode_of(flags, more);
  va_end(more);
  return open_at(AT_FDCWD, path, flags | O_LARGEFILE, mode);
}
VISIBLE int openat(int folder, const char* path, int flags, ...) {
  va_list more;
  va_start(more, flags);
  const mode_t mode = mode_of(flags, more);
  va_end(more);
  return open_at(folder, path, flags, mode);
}
VISIBLE int openat64(int folder, const char* path, int flags, ...) {
  va_list more;
  va_start(more, flags);
  const mode_t mode = mode_of(flags, more);
  va_end(more);
  return open_at(folder, path, flags | O_LARGEFILE, mode);
}
// What a fortified build calls instead.
VISIBLE int __open_2(const char* path, int flags) { return open_at(AT_FDCWD, path, flags, 0); }
VISIBLE int __open64_2(const char* path, int flags) {
  return open_at(AT_FDCWD, path, flags | O_LARGEFILE, 0);
}
VISIBLE FILE* fopen(const char* path, const char* mode) {
  if (fails("open")) return nullptr;
  return real<FILE* (*)(const char*, const char*)>("fopen")(path, mode);
}
VISIBLE FILE* fopen64(const char* path, const char* mode) {
  if (fails("open")) return nullptr;
  return real<FILE* (*)(const char*, const char*)>("fopen64")(path, mode);
}
VISIBLE DIR* opendir(const char* path) {
  if (fails("open")) return nullptr;
  return real<DIR* (*)(const char*)>("opendir")(path);
}

VISIBLE int rename(const char* from, const char* to) {
  return fails("rename") ? -1 : static_cast<int>(syscall(SYS_rename, from, to));
}
VISIBLE int link(const char* from, const char* to) {
  return fails("link") ? -1 : static_cast<int>(syscall(SYS_link, from, to));
}
VISIBLE int unlink(const char* path) {
  return fails("unlink") ? -1 : static_cast<int>(syscall(SYS_unlink, path));
}

VISIBLE int fallocate(int fd, int mode, off_t at, off_t size) {
  return fails("allocate") ? -1 : static_cast<int>(syscall(SYS_fallocate, fd, mode, at, size));
}
VISIBLE int fallocate64(int fd, int mode, off64_t at, off64_t size) {
  return fails("allocate") ? -1 : static_cast<int>(syscall(SYS_fallocate, fd, mode, at, size));
}
VISIBLE int posix_fallocate(int fd, off_t at, off_t size) {
  if (fails("allocate")) return errno;
  return real<int (*)(int, off_t, off_t)>("posix_fallocate")(fd, at, size);
}
VISIBLE int posix_fallocate64(int fd, off64_t at, off64_t size) {
  if (fails("allocate")) return errno;
  return real<int (*)(int, off64_t, off64_t)>("posix_fallocate64")(fd, at, size);
}
VISIBLE int ftruncate(int fd, off_t size) {
  return fails("allocate") ? -1 : static_cast<int>(syscall(SYS_ftruncate, fd, size));
}
VISIBLE int ftruncate64(int fd, off64_t size) {
  return fails("allocate") ? -1 : static_cast<int>(syscall(SYS_ftruncate, fd, size));
}

VISIBLE int accept4(int fd, struct sockaddr* peer, socklen_t* size, int flags) {
  return fails("accept") ? -1 : static_cast<int>(syscall(SYS_accept4, fd, peer, size, flags));
}

// The kernel may refuse to add a descriptor, but not to change one that is there.
VISIBLE int epoll_ctl(int set, int what, int fd, struct epoll_event* event) {
  const int result = static_cast<int>(syscall(SYS_epoll_ctl, set, what, fd, event));
  if (result != 0 || what != EPOLL_CTL_ADD || !fails("watch")) return result;
  const int error = errno;
  syscall(SYS_epoll_ctl, set, EPOLL_CTL_DEL, fd, nullptr);
  errno = error;
  return -1;
}

VISIBLE int pthread_create(pthread_t* thread, const pthread_attr_t* attributes, void* (*run)(void*),
                           void* argument) {
  if (fails("thread")) return errno;
  using Real = int (*)(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*);
  static const Real create = real<Real>("pthread_create");
  return create(thread, attributes, run, argument);
}
}
