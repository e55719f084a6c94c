#include "eventlog/background_errors.h"

#include "base/log.h"
#include "eventlog/database_error.h"

namespace courtside {
namespace {

using Reason = rocksdb::BackgroundErrorReason;

const char* name_of_work(Reason reason) {
  switch (reason) {
    case Reason::kFlush:
    case Reason::kFlushNoWAL: return "moving records into a file";
    case Reason::kCompaction: return "merging files";
    case Reason::kManifestWrite:
    case Reason::kManifestWriteNoWAL: return "the manifest";
    case Reason::kWriteCallback:
    case Reason::kMemTable: return "commit";
  }
  return "work in the background";
}

}  // namespace

void BackgroundErrors::OnBackgroundError(Reason reason, rocksdb::Status* status) {
  const bool is_merge = reason == Reason::kCompaction;
  if (is_merge && status->IsNoSpace()) {
    log_warning("eventlog", "files cannot be merged: the disk is full");
    *status = rocksdb::Status::OK();
    return;
  }
  const Error error = error_from(*status, name_of_work(reason), Code::write_failed);
  const std::lock_guard lock(mutex_);
  if (is_merge && status->IsCorruption()) {
    room_->stop();
    if (!damage_) damage_ = error;
    *status = rocksdb::Status::OK();
  } else if (!failure_) {
    failure_ = error;
  }
}

std::optional<Error> BackgroundErrors::failure() const {
  const std::lock_guard lock(mutex_);
  return failure_;
}

std::optional<Error> BackgroundErrors::damage() const {
  const std::lock_guard lock(mutex_);
  return damage_;
}

}  // namespace courtside
