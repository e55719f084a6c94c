#include "cli/commands/input_lines.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "base/check.h"

namespace courtside {
namespace {

constexpr std::size_t kReadBytes = 64 * 1024;

}  // namespace

Result<std::unique_ptr<InputLines>> InputLines::open(const std::string& path) {
  const bool is_stdin = path == "-";
  const int input = is_stdin ? dup(STDIN_FILENO) : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  const std::string name = is_stdin ? "stdin" : path;
  if (input < 0) {
    return fail(Code::no_input, name + " cannot be opened: " + std::strerror(errno));
  }
  const int stopped = eventfd(0, EFD_CLOEXEC);
  COURTSIDE_CHECK(stopped >= 0);
  return std::unique_ptr<InputLines>(new InputLines(name, input, stopped));
}

InputLines::~InputLines() {
  close(input_);
  close(stopped_);
}

void InputLines::stop() {
  const std::uint64_t one = 1;
  COURTSIDE_CHECK(write(stopped_, &one, sizeof one) == sizeof one);
}

// False after stop().
bool InputLines::wait_for_input() const {
  pollfd wanted[] = {{.fd = input_, .events = POLLIN, .revents = 0},
                     {.fd = stopped_, .events = POLLIN, .revents = 0}};
  while (poll(wanted, 2, -1) < 0) COURTSIDE_CHECK(errno == EINTR);
  return wanted[1].revents == 0;
}

Result<std::optional<std::string>> InputLines::next() {
  for (std::size_t searched = taken_;;) {
    const std::size_t end = text_.find('\n', searched);
    if (end != std::string::npos) {
      const std::size_t begin = std::exchange(taken_, end + 1);
      return text_.substr(begin, end - begin);
    }
    text_.erase(0, std::exchange(taken_, 0));
    searched = text_.size();
    if (searched > kLineBytesMax) {
      return fail(Code::payload_too_large, name_ + " has a line of more than 16 MiB");
    }
    if (!wait_for_input()) return std::nullopt;
    text_.resize(searched + kReadBytes);
    const ssize_t count = read(input_, text_.data() + searched, kReadBytes);
    const int error = errno;
    text_.resize(searched + static_cast<std::size_t>(count > 0 ? count : 0));
    if (count > 0 || (count < 0 && error == EINTR)) continue;
    if (count < 0) {
      return fail(Code::no_input, name_ + " cannot be read: " + std::strerror(error));
    }
    if (text_.empty()) return std::nullopt;
    return std::exchange(text_, {});  // the last line has no end
  }
}

}  // namespace courtside
