#include "eventlog/storage/storage_guard.h"

#include <algorithm>
#include <utility>

#include "base/format.h"
#include "base/log.h"
#include "base/time.h"

namespace courtside {
namespace {

std::string mebibytes(std::uint64_t bytes) {
  constexpr std::uint64_t kMiBytes = 1 << 20;
  return format("{}.{} MiB", bytes / kMiBytes, bytes % kMiBytes * 10 / kMiBytes);
}

std::string full_reason(const StorageGate& gate) {
  const std::uint64_t wanted = gate.is_open() ? gate.needed_bytes() : gate.reopening_bytes();
  return format("the disk of the log is full: {} are free, {} are needed",
                mebibytes(gate.free_bytes()), mebibytes(wanted));
}

}  // namespace

StorageGuard::StorageGuard(std::string folder, std::uint64_t disk_bytes, DiskProbe probe)
    : folder_(std::move(folder)),
      sizes_(storage_sizes(disk_bytes)),
      probe_(std::move(probe)),
      gate_(sizes_),
      reserve_(folder_, sizes_.reserve_bytes) {}

bool StorageGuard::is_look_due() const {
  const std::lock_guard lock(mutex_);
  return !has_looked_ || steady_us() - looked_us_ >= kLookUs || gate_.is_look_due();
}

// Empty when the disk does not answer: then what was known last counts.
std::optional<std::uint64_t> StorageGuard::measure() {
  const Result<DiskSpace> space = probe_.space(folder_);
  if (space) return space->free_bytes;
  if (!std::exchange(has_told_probe_, true)) log_warning("eventlog", space.error().message);
  return std::nullopt;
}

void StorageGuard::look(std::uint64_t segment_bytes) {
  const std::lock_guard lock(mutex_);
  const std::optional<std::uint64_t> free_bytes = measure();
  if (!free_bytes) return;
  const StorageGate::Reserve due = gate_.look(*free_bytes, segment_bytes, reserve_.exists());
  looked_us_ = steady_us();
  has_looked_ = true;
  if (!is_writable_) return;
  act_on(due);
  tell_change();
}

void StorageGuard::act_on(StorageGate::Reserve due) {
  if (due == StorageGate::Reserve::kGiveBack) reserve_.remove();
  if (due == StorageGate::Reserve::kMake && !reserve_.make()) gate_.on_no_reserve();
}

void StorageGuard::tell_change() {
  if (gate_.is_open() != has_told_full_) return;
  has_told_full_ = !gate_.is_open();
  if (has_told_full_) {
    log_error("eventlog", full_reason(gate_) + " (" + folder_ +
                              "): appends are refused until there is room, reads go on");
  } else {
    log_info("eventlog",
             format("the disk of the log has room again: {} are free; appends are accepted",
                    mebibytes(gate_.free_bytes())));
  }
}

void StorageGuard::on_written(std::uint64_t bytes) {
  const std::lock_guard lock(mutex_);
  gate_.on_written(bytes);
}

std::optional<Error> StorageGuard::refusal(std::uint64_t bytes) const {
  const std::lock_guard lock(mutex_);
  if (!is_writable_) {
    const bool full = why_closed_ == StorageState::kFull;
    return Error{full ? Code::storage_full : Code::storage_read_only, reason_};
  }
  if (gate_.admits(bytes)) return std::nullopt;
  return Error{Code::storage_full, full_reason(gate_)};
}

bool StorageGuard::has_room(std::uint64_t bytes) {
  if (!is_writable_) return false;
  const std::lock_guard lock(mutex_);
  const std::optional<std::uint64_t> free_bytes = measure();
  return free_bytes.value_or(gate_.free_bytes()) >= bytes;
}

void StorageGuard::set_read_only(StorageState why, std::string reason) {
  const std::lock_guard lock(mutex_);
  is_writable_ = false;
  why_closed_ = why;
  reason_ = std::move(reason);
}

void StorageGuard::set_writable() {
  const std::lock_guard lock(mutex_);
  is_writable_ = true;
  has_looked_ = false;
}

bool StorageGuard::could_open(std::uint64_t bytes) {
  const std::lock_guard lock(mutex_);
  const std::optional<std::uint64_t> free_bytes = measure();
  if (!free_bytes || *free_bytes >= bytes) return true;  // opening will show it
  if (!reserve_.exists() || *free_bytes + sizes_.reserve_bytes < bytes) return false;
  reserve_.remove();
  return true;
}

StorageState StorageGuard::state_locked() const {
  if (!is_writable_) return why_closed_;
  return gate_.is_open() ? StorageState::kOpen : StorageState::kFull;
}

StorageStatus StorageGuard::status() const {
  const std::lock_guard lock(mutex_);
  StorageStatus status{
      .state = state_locked(),
      .reason = {},
      .free_bytes = gate_.free_bytes(),
      .needed_bytes = gate_.is_open() ? gate_.needed_bytes() : gate_.reopening_bytes()};
  if (status.state == StorageState::kOpen) return status;
  status.reason = is_writable_ ? full_reason(gate_) : reason_;
  return status;
}

std::uint64_t StorageGuard::merge_bytes() const {
  const std::lock_guard lock(mutex_);
  const std::uint64_t kept = gate_.untouchable_bytes();
  return gate_.free_bytes() > kept ? gate_.free_bytes() - kept : 0;
}

}  // namespace courtside
