#include "eventlog/storage/reserve_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace courtside {

// A file of another size is from another version or another disk: its space is better free.
ReserveFile::ReserveFile(const std::string& folder, std::uint64_t bytes)
    : path_(folder + "/" + kName), bytes_(bytes) {
  struct stat found = {};
  if (stat(path_.c_str(), &found) != 0) return;
  const auto allocated = static_cast<std::uint64_t>(found.st_blocks) * 512;
  exists_ = static_cast<std::uint64_t>(found.st_size) == bytes_ && allocated >= bytes_;
  if (!exists_) remove();
}

bool ReserveFile::make() {
  if (exists_) return true;
  const int file = open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) return false;
  exists_ = posix_fallocate(file, 0, static_cast<off_t>(bytes_)) == 0;
  close(file);
  if (!exists_) unlink(path_.c_str());
  return exists_;
}

void ReserveFile::remove() {
  unlink(path_.c_str());
  exists_ = false;
}

}  // namespace courtside
