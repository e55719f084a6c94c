#include "engine/postgres/shared_socket.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace courtside {
namespace {

int duplicate(int descriptor) {
  const int out = ::fcntl(descriptor, F_DUPFD_CLOEXEC, 0);
  if (out < 0) throw std::system_error(errno, std::generic_category(), "fcntl");
  return out;
}

}  // namespace

SharedSocket::SharedSocket(int descriptor) : descriptor_(duplicate(descriptor)) {}
SharedSocket::~SharedSocket() { ::close(descriptor_); }

}  // namespace courtside
