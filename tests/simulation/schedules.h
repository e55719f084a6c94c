// Which schedules a run goes through, from the environment. Threads: any; no state.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdlib>

namespace courtside::simulation {

struct Schedules {
  std::uint64_t first = 1;  // seeds
  std::uint64_t end = 2;
  std::uint64_t count() const { return end - first; }
};

inline std::uint64_t number_from_environment(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

// The one that COURTSIDE_SIMULATION_SEED names, or COURTSIDE_SIMULATION_SCHEDULES of them. Where a
// schedule costs as much as `cost` of the cheapest ones, there are so many times fewer.
inline Schedules schedules_from_environment(std::uint64_t usual_count, std::uint64_t cost = 1) {
  if (const std::uint64_t seed = number_from_environment("COURTSIDE_SIMULATION_SEED", 0)) {
    return {seed, seed + 1};
  }
  const std::uint64_t count =
      number_from_environment("COURTSIDE_SIMULATION_SCHEDULES", usual_count * cost);
  return {1, 1 + std::max<std::uint64_t>(count / cost, 1)};
}

}  // namespace courtside::simulation
