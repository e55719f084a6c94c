#include "engine/access/changing_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace courtside {
namespace {

constexpr std::size_t kBytesMax = 1 << 20;
constexpr unsigned kWrittenByOthers = S_IWGRP | S_IWOTH;
constexpr unsigned kOpenToOthers = S_IRWXO | S_IWGRP | S_IXGRP;

class Descriptor {
 public:
  // O_NONBLOCK: opening a FIFO at this path would block the thread forever.
  explicit Descriptor(const std::string& path)
      : fd_(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) close(fd_);
  }
  int get() const { return fd_; }

 private:
  const int fd_;
};

}  // namespace

Result<std::string> ChangingFile::read_now() {
  const auto refuse = [&](const std::string& why) {
    return fail(Code::bad_configuration, path_ + ": " + why);
  };
  const auto unreadable = [&] {
    return refuse(std::string("cannot be read: ") + std::strerror(errno));
  };
  const Descriptor file(path_);
  struct stat status = {};
  if (file.get() < 0 || fstat(file.get(), &status) != 0) return unreadable();
  mode_ = status.st_mode & ALLPERMS;
  is_ours_ = status.st_uid == geteuid();
  std::string text;
  std::array<char, 16 << 10> piece;
  while (true) {
    const ssize_t count = ::read(file.get(), piece.data(), piece.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return unreadable();
    if (count == 0) return text;
    text.append(piece.data(), static_cast<std::size_t>(count));
    if (text.size() > kBytesMax) return refuse("is larger than 1 MiB");
  }
}

Result<std::string> ChangingFile::read() {
  Result<std::string> text = read_now();
  seen_ = text ? *text : text.error().message;
  return text;
}

std::optional<Result<std::string>> ChangingFile::read_if_changed() {
  const std::string before = std::move(seen_);
  Result<std::string> text = read();
  if (seen_ == before) return std::nullopt;
  return text;
}

Result<void> ChangingFile::check_secret() const {
  const unsigned refused = is_ours_ ? kOpenToOthers | S_IRGRP : kOpenToOthers;
  if ((mode_ & refused) == 0) return {};
  return fail(Code::bad_configuration, path_ + ": others than its owner may read it; chmod 600 it");
}

Result<void> ChangingFile::check_unwritable() const {
  if ((mode_ & kWrittenByOthers) == 0) return {};
  return fail(Code::bad_configuration,
              path_ + ": others than its owner may write it; chmod go-w it");
}

}  // namespace courtside
