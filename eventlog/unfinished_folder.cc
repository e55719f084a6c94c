#include "eventlog/unfinished_folder.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <cstring>
#include <system_error>
#include <utility>

namespace courtside {
namespace {

namespace fs = std::filesystem;

constexpr const char* kMark = "unfinished";

tl::unexpected<Error> disk_error(const std::string& path, int number) {
  return fail(Code::write_failed, path + ": " + std::strerror(number));
}

class File {
 public:
  File(const std::string& path, int flags) : fd_(open(path.c_str(), flags | O_CLOEXEC, 0600)) {}
  ~File() {
    if (fd_ >= 0) close(fd_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  int fd() const { return fd_; }

 private:
  const int fd_;
};

bool is_free(const fs::path& target) {
  std::error_code error;
  const fs::file_status status = fs::symlink_status(target, error);
  if (status.type() == fs::file_type::not_found) return true;
  return fs::is_directory(status) && fs::is_empty(target, error) && !error;
}

// What an attempt before this one has left.
Result<void> clear(const fs::path& partial) {
  std::error_code error;
  if (!fs::exists(fs::symlink_status(partial, error))) return {};
  const bool is_empty = fs::is_directory(partial, error) && fs::is_empty(partial, error);
  if (!is_empty && !fs::exists(partial / kMark, error)) {
    return fail(Code::bad_request, partial.string() + " is in the way");
  }
  fs::remove_all(partial, error);
  if (error) return disk_error(partial, error.value());
  return {};
}

}  // namespace

Result<UnfinishedFolder> UnfinishedFolder::make(const std::string& target) {
  std::string whole = fs::path(target).lexically_normal();
  while (whole.size() > 1 && whole.back() == '/') whole.pop_back();
  if (whole.empty() || !is_free(whole)) {
    return fail(Code::bad_request, "`" + target + "` is there already, and not an empty folder");
  }
  const fs::path partial = whole + ".partial";
  if (auto cleared = clear(partial); !cleared) return fail(cleared.error());
  std::error_code error;
  if (!fs::create_directory(partial, error)) {
    const bool is_wrong = error.value() == ENOENT || error.value() == ENOTDIR;
    return fail(is_wrong ? Code::bad_request : Code::write_failed,
                "`" + target + "` cannot be made: " + error.message());
  }
  UnfinishedFolder folder(whole, partial);
  fs::permissions(partial, fs::perms::owner_all, error);
  if (auto marked = write_synced_file(partial / kMark, ""); !marked) return fail(marked.error());
  return folder;
}

UnfinishedFolder::UnfinishedFolder(UnfinishedFolder&& other) noexcept
    : target_(std::move(other.target_)), partial_(std::exchange(other.partial_, {})) {}

UnfinishedFolder::~UnfinishedFolder() {
  // What cannot be removed now carries its mark.
  std::error_code ignored;
  if (!partial_.empty()) fs::remove_all(partial_, ignored);
}

Result<void> UnfinishedFolder::finish(const std::string& like) {
  std::error_code error;
  const fs::perms rights = fs::status(like, error).permissions();
  // Who made it writes to it, also where nobody was to write to what it is like; and a folder that
  // cannot be written to cannot be moved.
  if (!error) fs::permissions(path(), rights | fs::perms::owner_all, error);
  if (error) return disk_error(path(), error.value());
  if (auto synced = sync_path(path()); !synced) return synced;
  // Takes the place of an empty folder too.
  if (rename(path().c_str(), target_.c_str()) != 0) return disk_error(target_, errno);
  fs::remove_all(std::exchange(partial_, {}), error);
  const fs::path parent = fs::path(target_).parent_path();
  return sync_path(parent.empty() ? "." : parent.string());
}

Result<void> write_synced_file(const std::string& path, std::string_view text) {
  const File file(path, O_WRONLY | O_CREAT | O_TRUNC);
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

}  // namespace courtside
