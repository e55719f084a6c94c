#include "engine/outbox/wake_event.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

namespace courtside {

Result<std::unique_ptr<WakeEvent>> WakeEvent::make() {
  const int descriptor = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (descriptor < 0) {
    return fail(Code::unavailable, std::string("eventfd: ") + std::strerror(errno));
  }
  return std::unique_ptr<WakeEvent>(new WakeEvent(descriptor));
}

WakeEvent::~WakeEvent() { ::close(descriptor_); }

// It fails only after 2^64 - 1 calls.
void WakeEvent::raise() { static_cast<void>(::eventfd_write(descriptor_, 1)); }

}  // namespace courtside
