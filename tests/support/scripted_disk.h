// The free space of a log's disk as a test wants it; the log itself is on an ordinary disk.
//
//   ScriptedDisk disk;
//   auto log = open_log({.path = path, .disk = disk.probe()});
//   disk.fill();
//
// Threads: any.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "eventlog/storage/disk_space.h"

namespace courtside::story {

class ScriptedDisk {
 public:
  static constexpr std::uint64_t kTotalBytes = std::uint64_t{100} << 30;

  DiskProbe probe() const {
    return {
        .space = [state = state_](const std::string& /*folder*/) -> Result<DiskSpace> {
          return DiskSpace{.free_bytes = state->free_bytes, .total_bytes = kTotalBytes};
        },
        .is_writable =
            [state = state_](const std::string& /*folder*/) { return state->is_writable.load(); }};
  }

  void set_free(std::uint64_t bytes) { state_->free_bytes = bytes; }
  void fill() { set_free(0); }
  void empty() { set_free(kTotalBytes / 2); }
  void set_writable(bool is_writable) { state_->is_writable = is_writable; }

 private:
  struct State {
    std::atomic<std::uint64_t> free_bytes{kTotalBytes / 2};
    std::atomic<bool> is_writable{true};
  };
  const std::shared_ptr<State> state_ = std::make_shared<State>();
};

}  // namespace courtside::story
