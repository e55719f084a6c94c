// Whether a session's messages are read from its socket. Each part of the session can stop reading
// for its own reason. Reading resumes when no reason is left.
//
// Threads: the session's.
#pragma once

#include <cstdint>

#include "engine/session/session_host.h"

namespace courtside {

class ReadingGate {
 public:
  enum class Reason : std::uint8_t {
    kIdentity = 1,    // messages are held until the client is authenticated
    kPublishing = 2,  // enough publishes wait
    kReplies = 4,     // the client does not read its replies
  };

  // The host outlives it.
  explicit ReadingGate(SessionHost& host) : host_(host) {}

  // Both may be called again without effect.
  void stop(Reason reason) {
    if (reasons_ == 0) host_.pause_reading();
    reasons_ |= static_cast<unsigned>(reason);
  }
  void clear(Reason reason) {
    if (reasons_ == 0) return;
    reasons_ &= ~static_cast<unsigned>(reason);
    if (reasons_ == 0) host_.resume_reading();
  }
  bool is_stopped(Reason reason) const { return (reasons_ & static_cast<unsigned>(reason)) != 0; }

 private:
  SessionHost& host_;
  unsigned reasons_ = 0;  // one bit each
};

}  // namespace courtside
