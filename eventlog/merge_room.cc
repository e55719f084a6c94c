#include "eventlog/merge_room.h"

#include <rocksdb/env.h>
#include <rocksdb/sst_file_manager.h>

#include <algorithm>

namespace courtside {
namespace {

// Sums of this and of real sizes still fit into 64 bits.
constexpr std::uint64_t kOutOfReach = std::uint64_t{1} << 62;

}  // namespace

MergeRoom::MergeRoom(rocksdb::Env& env) : manager_(rocksdb::NewSstFileManager(&env)) {}

void MergeRoom::set(std::uint64_t bytes) {
  const std::lock_guard lock(mutex_);
  if (stopped_) return;
  const std::uint64_t used = std::min(manager_->GetTotalSize() + bytes, kOutOfReach);
  manager_->SetCompactionBufferSize(kOutOfReach - used);
  manager_->SetMaxAllowedSpaceUsage(kOutOfReach);
}

void MergeRoom::stop() {
  const std::lock_guard lock(mutex_);
  stopped_ = true;
  manager_->SetCompactionBufferSize(kOutOfReach);
  manager_->SetMaxAllowedSpaceUsage(kOutOfReach);
}

}  // namespace courtside
