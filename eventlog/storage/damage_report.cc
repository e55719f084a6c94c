#include "eventlog/storage/damage_report.h"

#include "base/log.h"

namespace courtside {

void DamageReport::add(const Error& error) {
  if (error.code != Code::data_corrupt) return;
  {
    const std::lock_guard lock(mutex_);
    if (count_++ == 0) first_ = error.message;
    if (logged_.size() >= kLoggedMax || !logged_.insert(error.message).second) return;
  }
  log_error("eventlog", "the log is damaged: " + error.message);
}

std::uint64_t DamageReport::count() const {
  const std::lock_guard lock(mutex_);
  return count_;
}

std::string DamageReport::first() const {
  const std::lock_guard lock(mutex_);
  return first_;
}

}  // namespace courtside
