// The file descriptors of the process and what they are for. Connections get what the log, the
// databases and other files leave: a server that has given its last descriptor to a client cannot
// open the log's next file.
//
//   all >= log_files + snapshot_files + others + connections
//
// Threads: any; no state.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "engine/config/config.h"

namespace courtside {

struct DescriptorPlan {
  std::uint64_t all = 0;             // that the process may have
  std::uint64_t log_files = 0;       // sorted files of the log
  std::uint64_t snapshot_files = 0;  // sorted files of the snapshots
  std::uint64_t connections = 0;     // limits.connections, or fewer where descriptors are few
};

// Raises the process's soft limit (`nofile`) to its hard limit. Returns the limit that holds then.
std::uint64_t raise_descriptor_limit();

// Divides `all` descriptors. bad_configuration when they are too few for a server.
Result<DescriptorPlan> plan_descriptors(const Config& config, unsigned cores, std::uint64_t all);

// What the plan means for connections, for the log; has_fewer: not as many as the setting says.
struct DescriptorNote {
  std::string text;
  bool has_fewer = false;
};
DescriptorNote describe(const DescriptorPlan& plan, std::uint64_t wanted_connections);

}  // namespace courtside
