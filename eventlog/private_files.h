// Files that only their owner may read, because events are personal data. Threads: any; it works on
// the disk.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"

namespace courtside {

// Removes the permissions of group and others from the folder and everything in it; links are not
// followed. Returns how many entries had such permissions. Errors: write_failed, with the first
// entry that could not be changed; the others are changed nevertheless.
Result<std::uint64_t> keep_private(const std::string& folder);

}  // namespace courtside
