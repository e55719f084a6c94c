#include "engine/server/memory_watch.h"

#include "base/format.h"
#include "base/log.h"
#include "engine/server/process_memory.h"

namespace courtside {
namespace {

std::uint64_t mebibytes(std::uint64_t bytes) { return bytes >> 20; }

}  // namespace

void MemoryWatch::look() {
  const bool was_exceeded = budget_.is_exceeded();
  std::uint64_t resident = resident_bytes();
  if (budget_.observe(resident, loop_.now_ms()) == MemoryBudget::Advice::kTrim) {
    trim_memory();
    resident = resident_bytes();
    budget_.on_trimmed(resident, loop_.now_ms());
  }
  if (budget_.is_exceeded() && !was_exceeded) {
    log_warning("admission", format("the process has {} MiB of memory, and its budget is {} MiB "
                                    "(limits.memory_bytes): new connections, catch-ups, bodies "
                                    "and history reads are refused",
                                    mebibytes(resident), mebibytes(budget_.bytes())));
  } else if (was_exceeded && !budget_.is_exceeded()) {
    log_info("admission", format("the process has {} MiB of memory: new work is accepted again",
                                 mebibytes(resident)));
  }
  loop_.start_timer(kIntervalMs, [this] { look(); });
}

}  // namespace courtside
