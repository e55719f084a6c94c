// The progress of work on a whole log. Threads: a value; called on the worker's thread.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

namespace courtside {

struct WorkDone {
  enum class Unit : std::uint8_t { kEvents, kBytes };
  std::string_view doing;  // the step, like "records"
  Unit unit = Unit::kEvents;
  std::uint64_t done = 0;  // of `total`
  std::uint64_t total = 0;
};
using Progress = std::function<void(const WorkDone& work)>;

}  // namespace courtside
