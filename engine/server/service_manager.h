// What the server tells its service manager, and the socket that it may get from it: systemd's
// protocol (sd_notify(3), sd_listen_fds(3)), which other managers speak too. Without a manager
// nothing is told and there is no socket.
//
// Threads: take_passed_socket() before there are others, because it changes the environment; the
// rest any.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/result.h"

namespace courtside {

// A listening TCP socket that this process was started with. The caller owns the descriptor.
struct PassedSocket {
  int fd;
  std::string address;  // as the setting `listen`
};
// Empty without one. bad_configuration when there are several, or when it is no listening TCP
// socket.
Result<std::optional<PassedSocket>> take_passed_socket();

// Passes `fd` on to the program that this process executes next, as take_passed_socket() wants it.
// The descriptor keeps its number there only if it is the first free one, so it is moved.
void pass_socket(int fd);

void tell_ready();      // it serves, or it serves again after tell_reloading()
void tell_reloading();  // it reads its settings again, or restarts in place
void tell_stopping();
void tell_alive();  // to be called within each watchdog interval

// The interval within which the manager wants to hear tell_alive(); 0: it does not watch.
std::uint64_t watchdog_ms();

}  // namespace courtside
