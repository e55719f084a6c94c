#include "engine/server/process_memory.h"

#include <fcntl.h>
#include <malloc.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace courtside {
namespace {

constexpr std::uint64_t kNoLimit = UINT64_MAX;
constexpr const char* kGroupsFile = "/proc/self/cgroup";
constexpr const char* kGroupsFolder = "/sys/fs/cgroup";
// The block cache (64 MiB), memtables, indexes and filters of the log, caches of the threads.
constexpr std::uint64_t kLogBytes = 160 << 20;

std::string text_of(const std::filesystem::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// A file that is missing, or has a word such as `max`, is no limit.
std::uint64_t limit_in(const std::filesystem::path& path) {
  const std::string text = text_of(path);
  std::uint64_t bytes = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), bytes);
  return parsed.ec == std::errc() ? bytes : kNoLimit;
}

// Of the group and of those above it. A container may see its own group as the root although its
// path is longer.
std::uint64_t smallest_limit(const std::filesystem::path& root, std::string_view group,
                             const std::vector<const char*>& files) {
  std::uint64_t smallest = kNoLimit;
  std::filesystem::path at = std::filesystem::path(group).relative_path();
  for (;;) {
    for (const char* file : files) smallest = std::min(smallest, limit_in(root / at / file));
    if (at.empty()) return smallest;
    at = at.parent_path();
  }
}

bool has_controller(std::string_view list, std::string_view name) {
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    if (list.substr(0, comma) == name) return true;
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return false;
}

std::uint64_t machine_bytes() {
  struct sysinfo machine {};
  if (sysinfo(&machine) != 0) return kNoLimit;
  return std::uint64_t{machine.totalram} * machine.mem_unit;
}

}  // namespace

std::uint64_t resident_bytes() {
  static const int file = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
  static const auto page_bytes = static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
  std::array<char, 128> text;
  const ssize_t count = pread(file, text.data(), text.size(), 0);
  if (count <= 0) return 0;
  const std::string_view fields(text.data(), static_cast<std::size_t>(count));
  const std::size_t second = fields.find(' ');
  if (second == std::string_view::npos) return 0;
  std::uint64_t pages = 0;
  std::from_chars(fields.data() + second + 1, fields.data() + fields.size(), pages);
  return pages * page_bytes;
}

void trim_memory() { malloc_trim(0); }

// A line is `number:controllers:path`; that of version 2 is `0::path`.
std::uint64_t cgroup_memory_bytes(std::string_view groups, const std::string& folder) {
  std::uint64_t smallest = kNoLimit;
  while (!groups.empty()) {
    const std::size_t end = std::min(groups.find('\n'), groups.size());
    const std::string_view line = groups.substr(0, end);
    groups.remove_prefix(std::min(end + 1, groups.size()));
    const std::size_t first = line.find(':');
    const std::size_t second = line.find(':', first + 1);
    if (first == std::string_view::npos || second == std::string_view::npos) continue;
    const std::string_view controllers = line.substr(first + 1, second - first - 1);
    const std::string_view path = line.substr(second + 1);
    if (controllers.empty()) {
      smallest = std::min(smallest, smallest_limit(folder, path, {"memory.max", "memory.high"}));
    } else if (has_controller(controllers, "memory")) {
      smallest =
          std::min(smallest, smallest_limit(folder + "/memory", path, {"memory.limit_in_bytes"}));
    }
  }
  return smallest;
}

std::uint64_t memory_budget_bytes(const Config& config) {
  if (config.limits.memory_bytes != 0) return config.limits.memory_bytes;
  const std::uint64_t bytes =
      std::min(machine_bytes(), cgroup_memory_bytes(text_of(kGroupsFile), kGroupsFolder));
  return bytes / 4 * 3;
}

std::uint64_t own_memory_bytes(const Config& config) { return config.tail_bytes + kLogBytes; }

}  // namespace courtside
