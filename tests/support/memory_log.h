// A log in plain containers, for simulations and tests of code above the log. It keeps all promises
// of the durable log except durability, and is short enough to be checked by reading.
//
// Threads: any; one lock over everything.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/result.h"
#include "eventlog/fold.h"
#include "eventlog/log_notes.h"
#include "eventlog/log_reader.h"
#include "eventlog/source_state.h"

namespace courtside {

class MemoryLog : public LogReader, public FoldState, public SourceState, public LogNotes {
 public:
  explicit MemoryLog(std::string epoch) : epoch_(std::move(epoch)) {}

  // The state where the next fold begins.
  FoldPlace place() const;

  // REQUIRES: the batch was folded from place(), and `after` is where that fold ended.
  void commit(const Batch& batch, const FoldPlace& after);

  const std::string& epoch() const override { return epoch_; }
  OffsetRange held() const override;
  Result<std::vector<Record>> read(const std::vector<Offset>& offsets) const override;
  std::unique_ptr<RecordScan> scan(OffsetRange range, Direction direction) const override;
  std::unique_ptr<OffsetScan> postings(std::string_view term, OffsetRange range,
                                       Direction direction) const override;
  Result<Offset> first_at_or_after(Timestamp time) const override;
  Result<SubjectState> subject(std::string_view subject) const override;

  Result<std::optional<Offset>> find(const Hash128& key) const override;
  Result<std::uint64_t> subject_version_at(Offset offset) const override;
  Result<std::string> source_place(std::string_view source) const override;
  Result<std::string> source_note(std::string_view source, std::string_view key) const override;
  Result<std::vector<SourceNote>> source_notes(std::string_view source, std::string_view prefix,
                                               std::size_t count_max) const override;
  Result<bool> has_event(const Hash128& key) const override {
    const auto offset = find(key);
    if (!offset) return fail(offset.error());
    return *offset && **offset >= held().begin;
  }
  bool holds_every_event() const override { return held().begin == Offset(1); }
  Result<std::vector<LogNote>> notes(std::string_view prefix) const override;
  Result<void> write_notes(const std::vector<LogNote>& notes) override;

 private:
  std::optional<Record> record_at(Offset offset) const;  // REQUIRES: the lock is held
  bool holds(Offset offset) const { return place_.first_held <= offset && offset < place_.next; }

  const std::string epoch_;
  mutable std::mutex mutex_;
  FoldPlace place_;
  std::vector<std::optional<Record>> records_;  // of offset 1, 2 ...; empty where dropped
  std::unordered_map<Hash128, Offset> ids_;
  std::unordered_map<std::string, SubjectState> subjects_;
  std::unordered_map<std::string, std::vector<Offset>> postings_;
  std::map<std::pair<std::string, std::string>, std::string> source_notes_;  // by source and key
  std::map<std::string, std::string> notes_;
};

}  // namespace courtside
