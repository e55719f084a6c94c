// An event as it was received, and the limits of what is received. Threads: values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace courtside {

constexpr std::size_t kEventBytesMax =
    256 * 1024;  // `maxevent`: of the Event buffer, in whichever form the event arrived
constexpr std::size_t kBatchEventsMax = 1000;
constexpr std::size_t kJsonDepthMax = 64;  // of `data`; deeper data is invalid_event

// A received and validated event, with what arrived beside it.
struct IncomingEvent {
  std::string event = {};                  // bytes of build_event
  std::vector<std::string> channels = {};  // explicit ones; not part of the event
  std::optional<std::uint64_t> expected_version = {};
};

}  // namespace courtside
