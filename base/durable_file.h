// Files that are still there after a loss of power: their bytes are synced, and so is the folder
// that has their name. Errors are write_failed with the path and the system's reason.
//
// Threads: any; each call blocks on the disk.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>

#include "base/result.h"

namespace courtside {

// Writes the file, with `mode` less the umask where it is new, and syncs its bytes. Its name may
// still be lost: follow with rename_synced(), or sync_path() of the folder.
Result<void> write_synced_file(const std::string& path, std::string_view text, mode_t mode = 0600);

// Syncs a file or folder that is there.
Result<void> sync_path(const std::string& path);

// Gives `from`, whose bytes are synced, the name `to`, in place of what has it, and syncs the
// folder: without that a rename may be undone. REQUIRES: both lie on one file system.
Result<void> rename_synced(const std::string& from, const std::string& to);

}  // namespace courtside
