#include "engine/server/service_manager.h"

#include <fcntl.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>

#include "base/format.h"
#include "base/time.h"
#include "transport/listener.h"

namespace courtside {

Result<std::optional<PassedSocket>> take_passed_socket() {
  constexpr int kForgetVariables = 1;
  const int count = sd_listen_fds(kForgetVariables);
  if (count == 0) return std::nullopt;
  if (count < 0) {
    return fail(Code::bad_configuration,
                format("LISTEN_FDS: the sockets that were passed to this process: {}",
                       std::strerror(-count)));
  }
  if (count > 1) {
    return fail(Code::bad_configuration,
                format("{} sockets were passed to this process; it takes one", count));
  }
  const Result<ListenAddress> address = address_of_listening(SD_LISTEN_FDS_START);
  if (!address) return fail(address.error());
  return PassedSocket{.fd = SD_LISTEN_FDS_START, .address = address->text()};
}

void pass_socket(int fd) {
  if (fd == SD_LISTEN_FDS_START) {
    fcntl(fd, F_SETFD, 0);
  } else {
    dup2(fd, SD_LISTEN_FDS_START);  // not closed by exec
    close(fd);
  }
  setenv("LISTEN_PID", format("{}", getpid()).c_str(), 1);
  setenv("LISTEN_FDS", "1", 1);
}

void tell_ready() { sd_notify(0, "READY=1"); }

void tell_reloading() {
  sd_notify(0, format("RELOADING=1\nMONOTONIC_USEC={}", steady_us()).c_str());
}

void tell_stopping() { sd_notify(0, "STOPPING=1"); }

void tell_alive() { sd_notify(0, "WATCHDOG=1"); }

std::uint64_t watchdog_ms() {
  std::uint64_t interval_us = 0;
  return sd_watchdog_enabled(0, &interval_us) > 0 ? interval_us / 1000 : 0;
}

}  // namespace courtside
