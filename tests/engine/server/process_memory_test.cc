// Goal: the memory that a process may have is that of its control groups and those above them.
#include "engine/server/process_memory.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace courtside {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kNone = UINT64_MAX;
constexpr std::uint64_t kMiB = 1 << 20;

class ProcessMemory : public testing::Test {
 protected:
  ProcessMemory() { fs::create_directories(folder); }
  ~ProcessMemory() override { fs::remove_all(folder); }

  void write(const std::string& name, const std::string& text) const {
    fs::create_directories((folder / name).parent_path());
    std::ofstream(folder / name) << text << "\n";
  }
  std::uint64_t limit(const std::string& groups) const {
    return cgroup_memory_bytes(groups, folder.string());
  }

  const fs::path folder =
      fs::temp_directory_path() / ("courtside-groups-" + std::to_string(getpid()));
};

TEST_F(ProcessMemory, OfVersion2TheSmallestOnTheWayUpCounts) {
  EXPECT_EQ(limit("0::/system.slice/courtside.service\n"), kNone);
  write("system.slice/courtside.service/memory.max", "max");
  EXPECT_EQ(limit("0::/system.slice/courtside.service\n"), kNone);
  write("system.slice/memory.max", "4000000");
  EXPECT_EQ(limit("0::/system.slice/courtside.service\n"), 4'000'000u);
  write("system.slice/courtside.service/memory.max", "5000000");
  EXPECT_EQ(limit("0::/system.slice/courtside.service\n"), 4'000'000u);
  write("system.slice/courtside.service/memory.high", "3000000");
  EXPECT_EQ(limit("0::/system.slice/courtside.service\n"), 3'000'000u);
  EXPECT_EQ(limit("0::/elsewhere\n"), kNone);
}

TEST_F(ProcessMemory, InAContainerTheGroupIsTheRoot) {
  write("memory.max", "268435456");
  EXPECT_EQ(limit("0::/\n"), 256 * kMiB);
  EXPECT_EQ(limit("0::/../kubepods/pod1\n"), 256 * kMiB);
}

TEST_F(ProcessMemory, OfVersion1TheMemoryControllerCounts) {
  write("memory/docker/memory.limit_in_bytes", "268435456");
  write("memory/memory.limit_in_bytes", "9223372036854771712");
  write("cpu/docker/memory.limit_in_bytes", "1");
  EXPECT_EQ(limit("7:cpu,cpuacct:/docker\n4:hugetlb,memory:/docker\n0::/docker\n"), 256 * kMiB);
}

TEST_F(ProcessMemory, WhatIsNoListOfGroupsHasNoLimit) {
  for (const char* text : {"", "\n", "0", "0:", "::", "memory", "0:memory"}) {
    EXPECT_EQ(limit(text), kNone) << text;
  }
}

TEST(MemoryBudgetOfConfig, IsTheSettingOrThreeQuartersOfWhatThereIs) {
  Config config;
  const std::uint64_t derived = memory_budget_bytes(config);
  EXPECT_GT(derived, 0u);
  EXPECT_LE(derived, static_cast<std::uint64_t>(sysconf(_SC_PHYS_PAGES)) *
                         static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE)) / 4 * 3);
  config.limits.memory_bytes = 100 * kMiB;
  EXPECT_EQ(memory_budget_bytes(config), 100 * kMiB);
}

TEST(ResidentBytes, GrowWithTheMemoryThatIsUsed) {
  const std::uint64_t before = resident_bytes();
  EXPECT_GT(before, kMiB);
  const std::vector<char> used(64 * kMiB, 'x');
  EXPECT_GT(resident_bytes(), before + 32 * kMiB) << used.back();
}

}  // namespace
}  // namespace courtside
