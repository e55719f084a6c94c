// `<data>/tail`: a second record of how far the log has been synced, so that a log that became
// shorter is detected (docs/decisions/0015).
//
//   two slots of 64 bytes, 4096 bytes apart, written in turn:
//     "CSTAIL01" | epoch, 16 bytes, padded with zeros | end | turn | born | checksum
//
// Numbers are u64 big endian. `end` is the first offset that was not synced; the slot with the
// higher turn is the newer one. A slot is written after the sync of its commit, so it never claims
// more than is on the disk. A thread of its own syncs the file every second and at the end, so a
// power loss costs at most the last second.
//
// `born` is the file's creation time as the file system has it (0: unknown). A copied file has
// another creation time, so a copied folder is detected.
//
// Threads: advance() on the log thread; construction and destruction on the owner's.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "base/result.h"
#include "schema/position.h"

namespace courtside {

// The content of a tail file.
struct TailNote {
  std::string epoch;
  Offset end;            // of the log: the first offset that was not synced
  bool is_copy = false;  // the file is a copy of another one
};

class TailFile {
 public:
  static constexpr const char* kName = "tail";
  static constexpr const char* kPartialName = "tail.partial";

  // Reads the tail file of this data folder. Empty only when there is none. Errors: data_corrupt
  // (both slots are damaged), no_input (it cannot be read).
  static Result<std::optional<TailNote>> read(const std::string& folder);

  // Creates the file, synced, and replaces an existing one. Errors: write_failed.
  static Result<std::unique_ptr<TailFile>> make(const std::string& folder, const std::string& epoch,
                                                Offset end);
  // Syncs the file.
  ~TailFile();
  TailFile(const TailFile&) = delete;
  TailFile& operator=(const TailFile&) = delete;

  // Records that the log now ends at `end`. REQUIRES: everything before it has been synced. If the
  // file cannot be written, one warning is logged, and the file then claims less than is on the
  // disk.
  void advance(Offset end);

 private:
  TailFile(int fd, std::string epoch, std::uint64_t born);
  bool write_slot(Offset end);
  void keep_synced();

  const int fd_;
  const std::string epoch_;
  const std::uint64_t born_;
  std::uint64_t turn_ = 0;
  bool has_failed_ = false;

  std::mutex mutex_;
  std::condition_variable changed_;
  bool is_dirty_ = false;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace courtside
