#include "eventlog/storage/disk_space.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>

#include "base/format.h"

namespace courtside {
namespace {

// A flush makes a handful of files.
constexpr std::uint64_t kFreeInodesMin = 16;

}  // namespace

Result<DiskSpace> disk_space(const std::string& folder) {
  std::filesystem::path path = folder.empty() ? "." : folder;
  struct statvfs found = {};
  while (statvfs(path.c_str(), &found) != 0) {
    const int error = errno;
    if (error == EINTR) continue;
    const std::filesystem::path above = path.has_parent_path() ? path.parent_path() : ".";
    if (error != ENOENT || above == path) {
      return fail(Code::no_input,
                  format("the disk of {} cannot be examined: {}", folder, std::strerror(error)));
    }
    path = above;
  }
  const std::uint64_t block = found.f_frsize != 0 ? found.f_frsize : found.f_bsize;
  DiskSpace space{.free_bytes = found.f_bavail * block, .total_bytes = found.f_blocks * block};
  // File systems that make inodes as needed report none at all.
  if (found.f_files > 0 && found.f_favail < kFreeInodesMin) space.free_bytes = 0;
  return space;
}

bool is_writable(const std::string& folder) {
  const std::string path = folder + "/.writable";
  const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0) return errno != EROFS;
  close(file);
  unlink(path.c_str());
  return true;
}

}  // namespace courtside
