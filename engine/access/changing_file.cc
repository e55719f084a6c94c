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
constexpr mode_t kOthers = S_IRGRP | S_IWGRP | S_IROTH | S_IWOTH;

class Descriptor {
 public:
  // Not blocking: a FIFO in the file's place would hold up the thread for good.
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
  open_to_others_ = (status.st_mode & kOthers) != 0;
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

}  // namespace courtside
