// `<data>/tail`: how far the log has been synced, in a second place, so that a log that is shorter
// than it once was is noticed (docs/decisions/0015).
//
//   two slots of 64 bytes, 4096 bytes apart, written in turn:
//     "CSTAIL01" | epoch, 16 bytes, zeros behind it | end | turn | born | checksum
//
// Numbers are u64 big endian. `end` is the first offset that was not synced; the slot with the
// higher turn is the newer one. A slot is written after the sync of the commit that it speaks of,
// so it never says more than is on the disk. It is itself synced each second and at the end, by a
// thread of its own: a loss of power takes at most its last second.
//
// `born` is when this file was made, as the file system says (0: it does not say). A copy has
// another: so a folder that was copied is known from the one that it is a copy of.
//
// Threads: advance() on the log's; making and destroying on its owner's.
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

// What a tail file says.
struct TailNote {
  std::string epoch;
  Offset end;            // of the log: the first offset that was not synced
  bool is_copy = false;  // the file was made by copying another one
};

class TailFile {
 public:
  static constexpr const char* kName = "tail";
  static constexpr const char* kPartialName = "tail.partial";

  // Of this data folder. Empty only when there is no such file. Errors: data_corrupt (both slots
  // are damaged), no_input (it cannot be read).
  static Result<std::optional<TailNote>> read(const std::string& folder);

  // Makes it anew, synced, in place of one that is there. Errors: write_failed.
  static Result<std::unique_ptr<TailFile>> make(const std::string& folder, const std::string& epoch,
                                                Offset end);
  // Syncs what it says.
  ~TailFile();
  TailFile(const TailFile&) = delete;
  TailFile& operator=(const TailFile&) = delete;

  // The log ends at `end` now. REQUIRES: what is before it has been synced. When the file cannot be
  // written the log says so once, and it says less than it could from then on.
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
