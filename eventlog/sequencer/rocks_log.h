// The EventLog on RocksDB.
//
// Usually it is open for writing from the start. On a full or read-only disk it is opened to read
// only, and look() opens it for writing when the disk allows it; readers that are in the middle of
// something finish with what they began with.
//
// Threads: see EventLog.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "eventlog/sequencer/event_log.h"
#include "eventlog/sequencer/log_parts.h"
#include "eventlog/sequencer/pending_notes.h"
#include "eventlog/sequencer/published_range.h"
#include "eventlog/storage/damage_report.h"
#include "eventlog/storage/storage_guard.h"
#include "eventlog/tail_file.h"

namespace courtside {

class RocksLog final : public EventLog {
 public:
  // `parts`: open for writing exactly if the guard says so.
  RocksLog(EventLogOptions options, std::unique_ptr<StorageGuard> guard,
           std::unique_ptr<LogParts> parts);

  FoldPlace place() const override { return place_; }
  Result<void> look_up(std::vector<Hash128> keys) override;
  Result<void> commit(const Batch& batch, const FoldPlace& after) override;
  Result<void> reclaim() override;
  Result<void> look() override;
  std::optional<Error> refusal(std::size_t bytes) override { return guard_->refusal(bytes); }
  bool may_drop() override;
  bool has_room(std::uint64_t bytes) override;
  LogCondition condition() const override;
  Result<void> checkpoint(const std::string& target) const override;
  const std::string& folder() const override { return options_.path; }

  const std::string& epoch() const override { return epoch_; }
  OffsetRange held() const override { return held_.get(); }
  Result<std::vector<Record>> read(const std::vector<Offset>& offsets) const override;
  std::unique_ptr<RecordScan> scan(OffsetRange range, Direction direction) const override;
  std::unique_ptr<OffsetScan> postings(std::string_view term, OffsetRange range,
                                       Direction direction) const override;
  Offset attributes_from() const override { return attributes_from_; }
  Result<Offset> first_at_or_after(Timestamp time) const override;
  Result<SubjectState> subject(std::string_view name) const override;

  Result<std::optional<Offset>> find(const Hash128& key) const override;
  Result<std::uint64_t> subject_version_at(Offset offset) const override;
  Result<std::string> source_place(std::string_view source) const override;
  Result<std::string> source_note(std::string_view source, std::string_view key) const override;
  Result<std::vector<SourceNote>> source_notes(std::string_view source, std::string_view prefix,
                                               std::size_t count_max) const override;
  Result<bool> has_event(const Hash128& key) const override;
  bool holds_every_event() const override { return held().begin == Offset(1); }
  Result<std::vector<LogNote>> notes(std::string_view prefix) const override;
  Result<void> write_notes(const std::vector<LogNote>& notes) override;

 private:
  // What reads use. It is valid as long as the result.
  std::shared_ptr<LogParts> parts() const;
  template <typename Value>
  Result<Value> watched(Result<Value> read) const;

  Result<void> write(const Batch& batch, const FoldPlace& after);
  void show(const FoldPlace& place);
  Result<std::uint64_t> bytes_before(Offset offset) const;
  Result<void> remove_below(Offset offset);
  Result<void> write_pending_notes();
  void become_writable(std::unique_ptr<LogParts> parts);
  Result<void> try_to_open();

  const EventLogOptions options_;
  const std::unique_ptr<StorageGuard> guard_;
  mutable DamageReport damage_;
  const std::string epoch_;
  const Offset attributes_from_;

  std::unique_ptr<LogParts> owned_;           // open for writing; null until then
  std::atomic<LogParts*> writable_{nullptr};  // the same, for readers
  mutable std::mutex read_only_mutex_;
  std::shared_ptr<LogParts> read_only_;  // until it is open for writing
  std::uint64_t tried_us_ = 0;           // when it was last tried

  std::unique_ptr<TailFile> tail_;  // null if it could not be created
  FoldPlace place_;
  PublishedRange held_;
  std::vector<Hash128> looked_up_;  // ascending
  std::vector<std::optional<Offset>> looked_up_offsets_;
  PendingNotes pending_notes_;
  bool failed_ = false;
  bool has_told_merge_damage_ = false;

  Offset reclaimed_;  // records below it were removed by this process
  std::uint64_t reclaimed_bytes_ = 0;
  std::uint64_t reclaimed_at_us_;
};

}  // namespace courtside
