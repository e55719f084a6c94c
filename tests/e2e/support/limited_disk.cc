#include "tests/e2e/support/limited_disk.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <fstream>
#include <string_view>

namespace courtside::e2e {
namespace {

constexpr const char* kFiller = "filler";

bool write_whole(const char* path, std::string_view text) {
  const int file = open(path, O_WRONLY | O_CLOEXEC);
  if (file < 0) return false;
  const bool done = write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  close(file);
  return done;
}

// What the holder needs, made before the fork: it may not allocate.
struct Plan {
  std::string mount_point;
  std::string options;
  std::string user_map;
  std::string group_map;
};

// Enters a mount namespace, as an ordinary user also a user namespace in which it is root.
bool enter_namespace(const Plan& plan) {
  if (unshare(CLONE_NEWNS) == 0) return true;
  if (unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) return false;
  return write_whole("/proc/self/setgroups", "deny") &&
         write_whole("/proc/self/uid_map", plan.user_map) &&
         write_whole("/proc/self/gid_map", plan.group_map);
}

// Mounts, says 'y' or 'n', and then obeys: 'r' read-only, 'w' writable. Ends with the test.
[[noreturn]] void hold(const Plan& plan, int commands, int answers) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  const char* const where = plan.mount_point.c_str();
  const bool mounted =
      enter_namespace(plan) && mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
      mount("tmpfs", where, "tmpfs", MS_NOSUID | MS_NODEV, plan.options.c_str()) == 0;
  // So that the path through /proc may be used.
  prctl(PR_SET_DUMPABLE, 1);
  char answer = mounted ? 'y' : 'n';
  char command = 0;
  while (write(answers, &answer, 1) == 1 && mounted && read(commands, &command, 1) == 1) {
    const unsigned long flags =
        MS_REMOUNT | MS_NOSUID | MS_NODEV | (command == 'r' ? MS_RDONLY : 0);
    answer = mount("none", where, nullptr, flags, plan.options.c_str()) == 0 ? 'y' : 'n';
  }
  _exit(0);
}

}  // namespace

LimitedDisk::LimitedDisk(std::uint64_t bytes) {
  if (mount_it(bytes)) return;
  path_ = folder_.path() / "disk";
  std::filesystem::create_directory(path_);
  std::printf(
      "this machine does not allow a mount: the disk's free space is invented, and its writes do "
      "not fail\n");
  say_faults();
}

bool LimitedDisk::mount_it(std::uint64_t bytes) {
  const Plan plan{.mount_point = folder_.path().string(),
                  .options = "size=" + std::to_string(bytes) + ",mode=700",
                  .user_map = "0 " + std::to_string(geteuid()) + " 1",
                  .group_map = "0 " + std::to_string(getegid()) + " 1"};
  int commands[2];
  int answers[2];
  if (pipe2(commands, O_CLOEXEC) != 0 || pipe2(answers, O_CLOEXEC) != 0) give_up("no pipe");
  const pid_t pid = fork();
  if (pid == 0) hold(plan, commands[0], answers[1]);
  close(commands[0]);
  close(answers[1]);
  char answer = 'n';
  if (pid > 0 && read(answers[0], &answer, 1) == 1 && answer == 'y') {
    holder_ = pid;
    to_holder_ = commands[1];
    from_holder_ = answers[0];
    path_ = "/proc/" + std::to_string(pid) + "/root" + plan.mount_point;
    return true;
  }
  close(commands[1]);
  close(answers[0]);
  if (pid > 0) waitpid(pid, nullptr, 0);
  return false;
}

LimitedDisk::~LimitedDisk() {
  if (holder_ <= 0) return;
  kill(holder_, SIGKILL);
  waitpid(holder_, nullptr, 0);
  close(to_holder_);
  close(from_holder_);
}

ServerPlace LimitedDisk::place() const {
  ServerPlace place{.data = path_ / "data", .environment = {}};
  if (is_real()) return place;
  place.environment = {"LD_PRELOAD=" COURTSIDE_DISK_FAULTS,
                       "DISK_FAULTS_FILE=" + (folder_.path() / "faults").string(),
                       // A sanitizer requires to be the first library, and here it is not.
                       "ASAN_OPTIONS=verify_asan_link_order=0"};
  return place;
}

void LimitedDisk::fill() {
  if (!is_real()) {
    is_full_ = true;
    return say_faults();
  }
  const int file = open((path_ / kFiller).c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  static const std::string zeros(64 << 10, '\0');
  ssize_t written = 0;
  for (std::size_t size = zeros.size(); size > 0;) {
    written = write(file, zeros.data(), size);
    if (written <= 0) size /= 2;
  }
  const int error = errno;
  close(file);
  if (error != ENOSPC) give_up(std::string("the disk was not filled: ") + std::strerror(error));
}

void LimitedDisk::make_room() {
  is_full_ = false;
  if (!is_real()) return say_faults();
  std::filesystem::remove(path_ / kFiller);
}

void LimitedDisk::set_read_only(bool read_only) {
  is_read_only_ = read_only;
  if (!is_real()) return say_faults();
  command(read_only ? 'r' : 'w');
}

void LimitedDisk::command(char what) const {
  char answer = 'n';
  const bool asked = write(to_holder_, &what, 1) == 1 && read(from_holder_, &answer, 1) == 1;
  if (!asked || answer != 'y') give_up("the disk could not be remounted");
}

// Replaced in one step, because a server reads it at any time.
void LimitedDisk::say_faults() const {
  const std::string path = (folder_.path() / "faults").string();
  {
    std::ofstream file(path + ".new");
    if (is_full_) file << "free 0\n";
    if (is_read_only_) file << "read-only\n";
  }
  std::filesystem::rename(path + ".new", path);
}

}  // namespace courtside::e2e
