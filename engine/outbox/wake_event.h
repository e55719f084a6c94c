// Ends another thread's wait: a descriptor that becomes readable once and stays so. Threads:
// raise() and descriptor() on any.
#pragma once

#include <memory>

#include "base/result.h"

namespace courtside {

class WakeEvent {
 public:
  // unavailable when the process has too many open descriptors.
  static Result<std::unique_ptr<WakeEvent>> make();
  ~WakeEvent();
  WakeEvent(const WakeEvent&) = delete;
  WakeEvent& operator=(const WakeEvent&) = delete;

  void raise();
  int descriptor() const { return descriptor_; }  // for poll(2): readable after raise()

 private:
  explicit WakeEvent(int descriptor) : descriptor_(descriptor) {}
  const int descriptor_;  // an eventfd
};

}  // namespace courtside
