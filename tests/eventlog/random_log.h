// Random logs from a seed: with retention, tiny segments, reopenings, duplicates, conflicts and
// sources.
#pragma once

#include <cstdint>
#include <memory>
#include <random>
#include <string>

#include "eventlog/sequencer/event_log.h"

namespace courtside::story {

struct RandomLogOptions {
  std::uint64_t seed = 0;
  std::size_t commits = 60;
  bool with_drops = true;
};

// Writes a log into the empty folder `folder` and closes it.
void write_random_log(const std::string& folder, const RandomLogOptions& options);

}  // namespace courtside::story
