// The memory of this process: how much it has, how much it may have, and giving back what is free.
//
// Threads: any; no state.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/config/config.h"

namespace courtside {

// The resident memory. 0 when the system does not say.
std::uint64_t resident_bytes();

// Returns free memory of the allocator to the system. What is free in small pieces takes about 2 us
// a page (half a gigabyte: 1 s on two busy cores), and whoever allocates in the same arena waits.
void trim_memory();

// The smallest memory limit of a process's control groups, of version 2 (memory.max, memory.high)
// or 1 (memory.limit_in_bytes), with those above them as far as they are visible; UINT64_MAX: none.
// `groups` is the content of /proc/self/cgroup, `folder` that of the control groups.
std::uint64_t cgroup_memory_bytes(std::string_view groups, const std::string& folder);

// The budget of the configuration: limits.memory_bytes, or three quarters of the memory that this
// process may have.
std::uint64_t memory_budget_bytes(const Config& config);

// What a server with this configuration holds when nobody is connected: the tail, and the log's
// caches and memtables. Less is not worth a budget.
std::uint64_t own_memory_bytes(const Config& config);

}  // namespace courtside
