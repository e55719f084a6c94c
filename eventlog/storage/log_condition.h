// How the log is, for health and metrics. Threads: a value.
#pragma once

#include <cstdint>
#include <string>

#include "eventlog/storage/storage_guard.h"

namespace courtside {

struct LogCondition {
  StorageStatus storage;
  std::uint64_t damage_count = 0;  // reads that found damage
  std::string damage;              // the first one; empty: none
};

}  // namespace courtside
