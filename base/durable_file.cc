#include "base/durable_file.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>

namespace courtside {
namespace {

tl::unexpected<Error> disk_error(const std::string& path, int number) {
  return fail(Code::write_failed, path + ": " + std::strerror(number));
}

class File {
 public:
  File(const std::string& path, int flags, mode_t mode = 0600)
      : fd_(open(path.c_str(), flags | O_CLOEXEC, mode)) {}
  ~File() {
    if (fd_ >= 0) close(fd_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  int fd() const { return fd_; }

 private:
  const int fd_;
};

}  // namespace

Result<void> write_synced_file(const std::string& path, std::string_view text, mode_t mode) {
  const File file(path, O_WRONLY | O_CREAT | O_TRUNC, mode);
  if (file.fd() < 0) return disk_error(path, errno);
  while (!text.empty()) {
    const ssize_t written = write(file.fd(), text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return disk_error(path, errno);
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  if (fsync(file.fd()) != 0) return disk_error(path, errno);
  return {};
}

Result<void> sync_path(const std::string& path) {
  const File file(path, O_RDONLY);
  if (file.fd() < 0 || fsync(file.fd()) != 0) return disk_error(path, errno);
  return {};
}

Result<void> rename_synced(const std::string& from, const std::string& to) {
  if (rename(from.c_str(), to.c_str()) != 0) return disk_error(to, errno);
  const std::size_t slash = to.find_last_of('/');
  if (slash == std::string::npos) return sync_path(".");
  return sync_path(slash == 0 ? "/" : to.substr(0, slash));
}

}  // namespace courtside
