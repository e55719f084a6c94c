#include "eventlog/verify/record_pass.h"

#include <rocksdb/db.h>

#include <string>

#include "base/format.h"
#include "eventlog/database_error.h"
#include "eventlog/encoding.h"
#include "eventlog/family.h"

namespace courtside {

Error fault_at(Offset offset, const std::string& what) {
  return {Code::data_corrupt, format("offset {}: {}", offset, what)};
}

std::unique_ptr<rocksdb::Iterator> iterate_once(const Database& database, Family family) {
  rocksdb::ReadOptions options;
  options.readahead_size = 2 << 20;
  options.fill_cache = false;  // data that is read once must not evict the rest
  return std::unique_ptr<rocksdb::Iterator>(
      database.rocks().NewIterator(options, database.family(family)));
}

Result<void> for_each_entry(const Database& database, Family family, const VisitEntry& visit) {
  const auto entries = iterate_once(database, family);
  for (entries->SeekToFirst(); entries->Valid(); entries->Next()) {
    auto visited = visit(entries->key().ToStringView(), entries->value().ToStringView());
    if (!visited) return visited;
  }
  if (entries->status().ok()) return {};
  return fail(error_from(entries->status(), family_name(family), Code::no_input));
}

RecordPass::RecordPass(const Database& database, OffsetRange range)
    : events_(iterate_once(database, Family::kEvents)), range_(range) {
  events_->Seek(encode(range.begin).view());
}

RecordPass::~RecordPass() = default;

Result<std::optional<RecordView>> RecordPass::next() {
  if (range_.empty()) return std::nullopt;
  auto record = record_here();
  if (!record) {
    range_.end = range_.begin;
    return record;
  }
  range_.begin = courtside::next(range_.begin);
  return record;
}

Result<std::optional<RecordView>> RecordPass::record_here() {
  const Offset expected = range_.begin;
  // The iterator is at the previous record, whose view is no longer used.
  if (passed_) events_->Next();
  passed_ = true;
  if (!events_->status().ok()) {
    return fail(error_from(events_->status(), "events", Code::no_input));
  }
  if (!events_->Valid()) return fail(fault_at(expected, "the record is missing"));
  const std::string_view key = events_->key().ToStringView();
  const auto offset = decode_offset(key);
  if (!offset) {
    return fail(fault_at(
        expected, format("before it is a key of {} bytes, which is not an offset", key.size())));
  }
  if (*offset != expected) return fail(fault_at(expected, "the record is missing"));
  auto record = verify_record(events_->value().ToStringView());
  if (!record) {
    return fail(record.error().code, fault_at(expected, record.error().message).message);
  }
  if (record->offset() != expected) {
    return fail(fault_at(expected, format("the record contains offset {}", record->offset())));
  }
  return *record;
}

}  // namespace courtside
