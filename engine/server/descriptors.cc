#include "engine/server/descriptors.h"

#include <sys/resource.h>

#include <algorithm>

#include "base/format.h"

namespace courtside {
namespace {

// A new server has 32 descriptors, and 4 for each shard. The rest is for journals of the log,
// files of keys, backups, exports and standard streams.
constexpr std::uint64_t kFixedDescriptors = 64;
constexpr std::uint64_t kShardDescriptors = 8;
constexpr std::uint64_t kDatabaseDescriptors = 2;  // of each connection to a database
constexpr std::uint64_t kSourceConnections = 2;

// RocksDB opens files as it needs them and closes the least recently used ones. It accepts no limit
// below 20.
constexpr std::uint64_t kTableFilesMin = 20;
constexpr std::uint64_t kTableFilesMax = 4'000'000;
constexpr std::uint64_t kTableFilesShare = 4;  // the log and the snapshots get one in four
constexpr std::uint64_t kSnapshotFilesMin = 32;
constexpr std::uint64_t kSnapshotFilesMax = 80;

constexpr std::uint64_t kConnectionsMin = 16;

std::uint64_t count_others(const Config& config, unsigned cores) {
  const std::uint64_t database = config.database.url.empty() ? 0 : config.database.connections;
  const std::uint64_t sources = kSourceConnections * outbox_sources(config).size();
  return kFixedDescriptors + kShardDescriptors * shard_count(config, cores) +
         kDatabaseDescriptors * (database + sources);
}

}  // namespace

std::uint64_t raise_descriptor_limit() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  rlimit raised = limit;
  raised.rlim_cur = raised.rlim_max;
  if (setrlimit(RLIMIT_NOFILE, &raised) == 0) limit = raised;
  return limit.rlim_cur;
}

Result<DescriptorPlan> plan_descriptors(const Config& config, unsigned cores, std::uint64_t all) {
  const std::uint64_t others = count_others(config, cores);
  constexpr std::uint64_t kFilesMin = kTableFilesMin + kSnapshotFilesMin;
  if (all < others + kFilesMin + kConnectionsMin) {
    return fail(Code::bad_configuration,
                format("{} open files are too few, the server needs {}: raise the limit "
                       "(`ulimit -n`, or LimitNOFILE of the unit)",
                       all, others + kFilesMin + kConnectionsMin));
  }
  const std::uint64_t files =
      std::clamp((all - others) / kTableFilesShare, kFilesMin, kTableFilesMax);
  DescriptorPlan plan{.all = all};
  plan.snapshot_files = std::clamp(files / 3, kSnapshotFilesMin, kSnapshotFilesMax);
  plan.log_files = files - plan.snapshot_files;
  plan.connections = std::min(config.limits.connections, all - others - files);
  return plan;
}

DescriptorNote describe(const DescriptorPlan& plan, std::uint64_t wanted_connections) {
  if (plan.connections < wanted_connections) {
    return {format("at most {} connections, because the process may have only {} open files "
                   "(limits.connections is {}): raise `ulimit -n`, or LimitNOFILE of the unit",
                   plan.connections, plan.all, wanted_connections),
            true};
  }
  return {format("at most {} connections (limits.connections); the process may have {} open files",
                 plan.connections, plan.all),
          false};
}

}  // namespace courtside
