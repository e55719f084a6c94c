#include "eventlog/verify/verify_records.h"

#include <rocksdb/iterator.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/format.h"
#include "eventlog/database_error.h"
#include "eventlog/encoding.h"
#include "eventlog/log_meta.h"
#include "eventlog/term.h"
#include "eventlog/verify/record_pass.h"

namespace courtside {
namespace {

class RecordCheck {
 public:
  RecordCheck(const FoldPlace& place, Offset attributes_from, ExpectedEntries& expected)
      : place_(place), attributes_from_(attributes_from), expected_(expected) {}

  Result<void> take(RecordView record) {
    if (auto header = check_header(record); !header) return header;
    for (const std::string_view channel : record.channels()) {
      if (!is_channel(channel)) return fail(fault_at(record.offset(), "a channel is malformed"));
    }
    add_entries(record);
    last_ = record.offset();
    recorded_ = record.recorded();
    bytes_through_ = record.bytes_through();
    return {};
  }

  // Compares the end of the records with the metadata.
  Result<void> finish() const {
    if (!last_) return {};
    if (bytes_through_ != place_.bytes_through) {
      return fail(fault_at(*last_, format("the records end at byte {}, the log's place at {}",
                                          bytes_through_, place_.bytes_through)));
    }
    if (recorded_ != place_.recorded) {
      return fail(fault_at(*last_, "its recorded time differs from the log's place"));
    }
    return {};
  }

 private:
  Result<void> check_header(RecordView record) const {
    const Offset offset = record.offset();
    if (record.subject_version() == 0) return fail(fault_at(offset, "its subject version is 0"));
    if (!last_) {
      const bool is_first = offset == Offset(1);
      if (is_first && record.bytes_before() != 0) {
        return fail(fault_at(offset, "it counts bytes before the first record"));
      }
      return {};
    }
    if (record.bytes_before() != bytes_through_) {
      return fail(fault_at(offset, format("it counts {} bytes before it, where there are {}",
                                          record.bytes_before(), bytes_through_)));
    }
    if (record.recorded() < recorded_) {
      return fail(fault_at(offset, format("it was recorded before offset {}", *last_)));
    }
    return {};
  }

  void add_entries(RecordView record) {
    const Offset offset = record.offset();
    hashes_.clear();
    for_each_indexed_term(record, attributes_from_, [this](std::string_view term) {
      hashes_.push_back(expected_.postings.hash(term));
    });
    std::sort(hashes_.begin(), hashes_.end());
    hashes_.erase(std::unique(hashes_.begin(), hashes_.end()), hashes_.end());
    for (const std::uint64_t hash : hashes_) expected_.postings.add(hash, offset);
    const auto key = encode(id_key(record.event(), record.id_scope()));
    expected_.ids.add(expected_.ids.hash(key.view()), offset);
  }

  const FoldPlace& place_;
  const Offset attributes_from_;
  ExpectedEntries& expected_;
  std::optional<Offset> last_;
  Timestamp recorded_{};
  std::uint64_t bytes_through_ = 0;
  std::vector<std::uint64_t> hashes_;
};

// Checks the keys before and after the needed records. Before them there may be dropped records
// that RocksDB has not yet removed.
Result<void> check_unneeded_records(const Database& database, OffsetRange needed) {
  const auto events = iterate_once(database, Family::kEvents);
  for (events->SeekToFirst(); events->Valid(); events->Next()) {
    const auto offset = decode_offset(events->key().ToStringView());
    if (offset && *offset >= needed.begin) break;
    if (!offset || *offset == Offset(0)) {
      return fail(Code::data_corrupt,
                  format("events: a key of {} bytes is not an offset", events->key().size()));
    }
  }
  events->Seek(encode(needed.end).view());
  if (!events->status().ok()) {
    return fail(error_from(events->status(), "events", Code::no_input));
  }
  if (!events->Valid()) return {};
  const auto offset = decode_offset(events->key().ToStringView());
  if (!offset) return fail(Code::data_corrupt, "events: the last key is no offset");
  return fail(fault_at(*offset,
                       format("a record stands behind the log's end, which is at {}", needed.end)));
}

}  // namespace

Result<void> verify_records(const Database& database, const FoldPlace& place, Offset needed,
                            ExpectedEntries& expected, const Progress& progress) {
  constexpr std::uint64_t kEventsPerWord = 1 << 16;
  const OffsetRange range{needed, place.next};
  const auto attributes_from = read_attributes_from(database);
  if (!attributes_from) return fail(attributes_from.error());
  RecordCheck check(place, *attributes_from, expected);
  RecordPass pass(database, range);
  for (;;) {
    auto record = pass.next();
    if (!record) return fail(record.error());
    if (!*record) break;
    if (auto taken = check.take(**record); !taken) return taken;
    const std::uint64_t done = (*record)->offset().value() - needed.value();
    if (progress && done % kEventsPerWord == 0) {
      progress({.doing = "records", .done = done, .total = range.count()});
    }
  }
  if (auto finished = check.finish(); !finished) return finished;
  return check_unneeded_records(database, range);
}

}  // namespace courtside
