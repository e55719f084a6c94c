// Files that survive a power loss: their bytes and the folder entry are synced. Errors are
// write_failed with the path and the system's reason.
//
// Threads: any; each call blocks on the disk.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>

#include "base/result.h"

namespace courtside {

// Writes the file and syncs its bytes. A new file gets `mode` less the umask. The file's name may
// still be lost: follow with rename_synced(), or sync_path() of the folder.
Result<void> write_synced_file(const std::string& path, std::string_view text, mode_t mode = 0600);

// Syncs an existing file or folder.
Result<void> sync_path(const std::string& path);

// Renames `from` to `to`, replacing `to`, and syncs the folder; without that sync a power loss may
// undo the rename. REQUIRES: the bytes of `from` are synced; both paths are on one file system.
Result<void> rename_synced(const std::string& from, const std::string& to);

}  // namespace courtside
