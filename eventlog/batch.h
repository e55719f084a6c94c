// One group commit: what the log wrote with one sync, in the form that every shard receives.
//
// Immutable; shared by all shards and the tail.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/hash.h"
#include "schema/command.h"
#include "schema/position.h"
#include "schema/record.h"

namespace courtside {

// A record together with the block that keeps its bytes alive.
class Record {
 public:
  Record(std::shared_ptr<const std::string> owner, std::string_view bytes)
      : owner_(std::move(owner)), view_(bytes) {}

  RecordView view() const { return view_; }
  const RecordView* operator->() const { return &view_; }

 private:
  std::shared_ptr<const std::string> owner_;
  RecordView view_;
};

// One term (a channel or the subject) of one event, by hash: enough to skip events that cannot
// match.
struct TermEntry {
  std::uint64_t term_hash;
  std::uint32_t index;  // of the record in the batch
};

// What the index needs of an event in addition to its record.
struct IndexEntry {
  Hash128 key;           // id_key
  Offset subject_first;  // the offset of the subject's version 1; it may be dropped
};

// A note of a source's reader, or its position.
struct SourceWrite {
  std::string source;
  std::string key;    // empty: the source position
  std::string value;  // empty: deletes the note
};

struct Batch {
  OffsetRange range;  // may be empty: a batch of duplicates, conflicts or drops
  Offset first_held;  // the earliest offset that is retained after this batch
  std::shared_ptr<const std::string> storage;  // the records, one after the other
  std::vector<std::uint32_t> begins;       // of each record in `storage`, then the end of the last
  std::vector<TermEntry> terms;            // ordered by (term_hash, index)
  std::vector<IndexEntry> index_entries;   // one per record
  std::vector<Verdict> verdicts;           // in the order of the commands
  std::vector<SourceWrite> source_writes;  // in the order of the commands
  std::uint64_t submitted_us = 0;  // steady_us() at its first command's arrival; 0: no command

  std::size_t size() const { return begins.empty() ? 0 : begins.size() - 1; }

  // REQUIRES: index < size(). Valid as long as the batch.
  RecordView at(std::size_t index) const {
    return RecordView(
        std::string_view(*storage).substr(begins[index], begins[index + 1] - begins[index]));
  }
  // REQUIRES: range.contains(offset).
  RecordView at(Offset offset) const { return at(offset.value() - range.begin.value()); }

  std::size_t source_bytes() const {
    std::size_t total = 0;
    for (const SourceWrite& write : source_writes) {
      total += sizeof(SourceWrite) + write.key.size() + write.value.size();
    }
    return total;
  }

  // Its approximate size in memory.
  std::size_t size_bytes() const {
    return (storage ? storage->size() : 0) + begins.size() * sizeof(begins[0]) +
           terms.size() * sizeof(TermEntry) + index_entries.size() * sizeof(IndexEntry) +
           source_bytes() + sizeof(Batch);
  }
};

using SharedBatch = std::shared_ptr<const Batch>;

}  // namespace courtside
