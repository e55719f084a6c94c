// Files that are for their owner alone: events name people, and what they say is nobody else's.
// Threads: any; it works on the disk.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"

namespace courtside {

// Takes the rights of group and others from the folder and from each file and folder in it; links
// are not followed. How many had such rights. Errors: write_failed, naming the first that could not
// be changed; the others are changed nevertheless.
Result<std::uint64_t> keep_private(const std::string& folder);

}  // namespace courtside
