// Goal: verify finds and names each of hundreds of faults that are planted from a seed into random
// logs; it accepts each of these logs before.
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>

#include "eventlog/verify/verify_log.h"
#include "planted_fault.h"
#include "tests/eventlog/random_log.h"
#include "tests/support/log_story.h"

namespace courtside {
namespace {

using namespace story;
namespace fs = std::filesystem;

constexpr int kLogs = 16;
constexpr int kFaults = 400;

std::vector<FaultKind> all_kinds() {
  std::vector<FaultKind> all;
  for (const auto& kinds : {file_faults(), record_faults(), index_faults(), table_faults()}) {
    all.insert(all.end(), kinds.begin(), kinds.end());
  }
  return all;
}

Result<LogDescription> verified(const fs::path& folder) {
  return verify_log({.path = folder, .progress = {}, .subject_slots = 16, .stretch_offsets = 7});
}

std::uint64_t seed_from_environment() {
  const char* text = std::getenv("COURTSIDE_TEST_SEED");
  return text != nullptr ? std::strtoull(text, nullptr, 10) : 1;
}

TEST(VerifyFaults, EveryPlantedFaultIsFoundAndNamed) {
  const std::uint64_t seed = seed_from_environment();
  std::printf("seed %llu\n", static_cast<unsigned long long>(seed));
  const TempFolder folder;
  const fs::path root = folder.path();
  for (int i = 0; i < kLogs; ++i) {
    const fs::path log = root / std::to_string(i);
    write_random_log(log, {.seed = seed * 1000 + static_cast<std::uint64_t>(i),
                           .commits = 40,
                           .with_drops = i % 3 != 0});
    const auto sound = verified(log);
    ASSERT_TRUE(sound) << "log " << i << ": " << sound.error().message;
  }

  const std::vector<FaultKind> kinds = all_kinds();
  std::mt19937_64 random(seed);
  std::map<std::string_view, int> planted;
  int found = 0;
  for (int i = 0; found < kFaults; ++i) {
    ASSERT_LT(i, 4 * kFaults) << "most faults find no place";
    const FaultKind& kind = kinds[static_cast<std::size_t>(i) % kinds.size()];
    const int from = static_cast<int>(random() % kLogs);
    const fs::path log = root / "patient";
    fs::remove_all(log);
    fs::copy(root / std::to_string(from), log);
    const Named named = kind.plant(log, random);
    if (!named) continue;
    ++planted[kind.name];
    const auto checked = verified(log);
    if (checked) {
      ADD_FAILURE() << "fault " << i << " in log " << from << ", " << kind.name << " (" << *named
                    << "), is not found";
    } else {
      EXPECT_EQ(checked.error().code, Code::data_corrupt)
          << "fault " << i << ", " << kind.name << ": " << checked.error().message;
      EXPECT_NE(checked.error().message.find(*named), std::string::npos)
          << "fault " << i << " in log " << from << ", " << kind.name << ": expected: " << *named
          << ", said: " << checked.error().message;
    }
    ++found;
  }
  for (const FaultKind& kind : kinds) {
    EXPECT_GT(planted[kind.name], 0) << kind.name << " never found a place";
  }
}

}  // namespace
}  // namespace courtside
