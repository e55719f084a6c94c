#include "cut_disk.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <stdexcept>

namespace courtside::story {
namespace {

// The same for all file systems that know it; no header of Debian 12 has it by this name.
constexpr unsigned long kShutDown = _IOR('X', 125, std::uint32_t);
constexpr std::uint32_t kWithoutLogFlush = 2;

constexpr const char* kImageBytes = "256M";

bool runs(const std::string& command) {
  const std::string all = "PATH=/usr/sbin:/sbin:$PATH; " + command + " >/dev/null 2>&1";
  return std::system(all.c_str()) == 0;
}

}  // namespace

std::unique_ptr<CutDisk> CutDisk::make(std::string& why) {
  const auto cannot = [&why](const std::string& what) {
    why = what + " (" + std::strerror(errno) + ")";
    return nullptr;
  };
  if (unshare(CLONE_NEWNS) != 0 || ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr)) {
    return cannot("no mount namespace can be made");
  }
  std::unique_ptr<CutDisk> disk(new CutDisk);
  std::filesystem::create_directory(disk->path());
  if (!runs("truncate -s " + std::string(kImageBytes) + " " + disk->image() +
            " && mkfs.ext4 -q -F " + disk->image())) {
    return cannot("mkfs.ext4 fails");
  }
  if (!disk->mount()) return cannot("no loop device can be mounted");
  return disk;
}

CutDisk::~CutDisk() { umount2(path().c_str(), MNT_DETACH); }

bool CutDisk::mount() const { return runs("mount -o loop " + image() + " " + path()); }

void CutDisk::cut() {
  const int root = open(path().c_str(), O_RDONLY | O_CLOEXEC);
  std::uint32_t how = kWithoutLogFlush;
  const bool done = root >= 0 && ioctl(root, kShutDown, &how) == 0;
  close(root);
  if (!done) throw std::runtime_error("the file system cannot be shut down");
}

void CutDisk::sync() {
  const int root = open(path().c_str(), O_RDONLY | O_CLOEXEC);
  const bool done = root >= 0 && syncfs(root) == 0;
  close(root);
  if (!done) throw std::runtime_error("the file system cannot be synced");
}

void CutDisk::restart() {
  if (umount2(path().c_str(), 0) != 0) {
    throw std::runtime_error(std::string("umount: ") + std::strerror(errno));
  }
  if (!mount()) throw std::runtime_error("the file system cannot be mounted again");
}

}  // namespace courtside::story
