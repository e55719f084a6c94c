#include "tests/support/free_port.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <random>
#include <set>
#include <stdexcept>

namespace courtside {
namespace {

// Below Linux's range for the local ports of connections (32768, ip_local_port_range).
constexpr std::uint16_t kPortMin = 20'000;
constexpr std::uint16_t kPortMax = 32'000;
constexpr int kTriesMax = 200;

bool is_free(std::uint16_t port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const bool bound = ::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  ::close(fd);
  return bound;
}

}  // namespace

std::uint16_t free_port() {
  static thread_local std::minstd_rand random{std::random_device{}()};
  static thread_local std::set<std::uint16_t> given;  // some of them are not bound yet
  std::uniform_int_distribution<int> any(kPortMin, kPortMax);
  for (int i = 0; i < kTriesMax; ++i) {
    const auto port = static_cast<std::uint16_t>(any(random));
    if (is_free(port) && given.insert(port).second) return port;
  }
  throw std::runtime_error("no port is free");
}

}  // namespace courtside
