#include "eventlog/record_scan.h"

#include <rocksdb/db.h>

#include <algorithm>
#include <string>
#include <utility>

#include "base/format.h"
#include "eventlog/database_error.h"
#include "eventlog/encoding.h"
#include "eventlog/record_block.h"

namespace courtside {
namespace {

// If a read wants at least one in this many records of a stretch, walking the stretch (0.25 us per
// record) is faster than looking each one up (4 to 12 us, mostly to decompress the block).
constexpr std::uint64_t kDenseEnough = 16;

Error hole(Offset offset) {
  return {Code::data_corrupt, format("the record at offset {} is missing", offset)};
}

class RecordWalk : public RecordScan {
 public:
  RecordWalk(const Database& database, const LogReader* log, OffsetRange range, Direction direction)
      : database_(database),
        log_(log),
        ascending_(direction == Direction::kAscending),
        range_(range),
        key_begin_(encode(range.begin)),
        key_end_(encode(range.end)),
        slice_begin_(key_begin_.view()),
        slice_end_(key_end_.view()) {}

  Result<std::optional<Record>> next() override {
    if (taken_ == block_.count()) {
      if (range_.empty()) return std::nullopt;
      if (auto filled = fill(); !filled) return stop(filled.error());
      if (block_.count() == 0) return std::nullopt;
    }
    auto record = block_.at(taken_++);
    if (!record) return stop(record.error());
    return *std::move(record);
  }

 private:
  tl::unexpected<Error> stop(const Error& error) {
    range_.end = range_.begin;
    block_ = RecordBlock();
    taken_ = 0;
    return fail(error);
  }

  Result<void> fill() {
    if (!events_) start();
    block_ = RecordBlock(kBlockBytes);
    taken_ = 0;
    while (events_->Valid() && !range_.empty() && block_.size_bytes() < kBlockBytes) {
      const Offset found(number_at(events_->key().ToStringView()));
      if (auto expected = pass_over_dropped(found); !expected) return expected;
      if (range_.empty()) break;
      block_.add(found, events_->value().ToStringView());
      ascending_ ? range_.begin = courtside::next(found) : range_.end = found;
      ascending_ ? events_->Next() : events_->Prev();
    }
    if (!events_->status().ok()) {
      return fail(error_from(events_->status(), "events", Code::internal));
    }
    if (!events_->Valid() && !range_.empty()) {
      // All records from here to the end are missing.
      if (auto gone = pass_over_dropped(range_.end); !gone) return gone;
      range_.end = range_.begin;
    }
    block_.finish();
    return {};
  }

  void start() {
    rocksdb::ReadOptions options;
    options.iterate_lower_bound = &slice_begin_;
    options.iterate_upper_bound = &slice_end_;
    events_.reset(database_.rocks().NewIterator(options, database_.family(Family::kEvents)));
    ascending_ ? events_->SeekToFirst() : events_->SeekToLast();
  }

  // `found` is the next record in the scan's direction. Offsets have no holes, so records missing
  // before it were dropped since the scan began; otherwise it is damage.
  Result<void> pass_over_dropped(Offset found) {
    const Offset held = log_ ? log_->held().begin : Offset(0);
    if (ascending_) {
      if (found > range_.begin && found > held) return fail(hole(range_.begin));
      range_.begin = found;
      return {};
    }
    const Offset wanted = previous(range_.end);
    if (found == wanted) return {};
    if (wanted >= held) return fail(hole(wanted));
    range_.end = range_.begin;  // descending, all that follows was dropped too
    return {};
  }

  const Database& database_;
  const LogReader* log_;
  const bool ascending_;
  OffsetRange range_;  // what remains to be read
  const Numbers<1> key_begin_;
  const Numbers<1> key_end_;
  // RocksDB keeps pointers to these.
  const rocksdb::Slice slice_begin_;
  const rocksdb::Slice slice_end_;
  std::unique_ptr<rocksdb::Iterator> events_;
  RecordBlock block_;
  std::size_t taken_ = 0;
};

// REQUIRES: offsets ascend.
Result<std::vector<Record>> walk(const Database& database, const LogReader& log,
                                 const std::vector<Offset>& offsets) {
  std::vector<Record> records;
  records.reserve(offsets.size());
  const OffsetRange stretch{offsets.front(), next(offsets.back())};
  const auto scan = scan_records(database, &log, stretch, Direction::kAscending);
  auto wanted = offsets.begin();
  while (wanted != offsets.end()) {
    auto record = scan->next();
    if (!record) return fail(record.error());
    if (!*record) break;
    const Offset offset = (*record)->view().offset();
    while (wanted != offsets.end() && *wanted < offset) ++wanted;  // dropped meanwhile
    if (wanted == offsets.end() || *wanted != offset) continue;
    records.push_back(**record);
    ++wanted;
  }
  return records;
}

Result<std::vector<Record>> look_up(const Database& database, const LogReader& log,
                                    const std::vector<Offset>& offsets) {
  std::vector<Numbers<1>> keys;
  std::vector<rocksdb::Slice> slices;
  keys.reserve(offsets.size());
  for (const Offset offset : offsets) keys.push_back(encode(offset));
  slices.reserve(keys.size());
  for (const Numbers<1>& key : keys) slices.emplace_back(key.view());
  std::vector<rocksdb::PinnableSlice> values(offsets.size());
  std::vector<rocksdb::Status> statuses(offsets.size());
  database.rocks().MultiGet(rocksdb::ReadOptions(), database.family(Family::kEvents), slices.size(),
                            slices.data(), values.data(), statuses.data(),
                            std::is_sorted(offsets.begin(), offsets.end()));
  RecordBlock block;
  for (std::size_t i = 0; i < offsets.size(); ++i) {
    if (statuses[i].ok()) {
      block.add(offsets[i], values[i].ToStringView());
    } else if (!statuses[i].IsNotFound()) {
      return fail(error_from(statuses[i], "events", Code::internal));
    } else if (offsets[i] >= log.held().begin) {
      return fail(hole(offsets[i]));
    }
  }
  block.finish();
  std::vector<Record> records;
  records.reserve(block.count());
  for (std::size_t i = 0; i < block.count(); ++i) {
    auto record = block.at(i);
    if (!record) return fail(record.error());
    records.push_back(*std::move(record));
  }
  return records;
}

}  // namespace

std::unique_ptr<RecordScan> scan_records(const Database& database, const LogReader* log,
                                         OffsetRange range, Direction direction) {
  return std::make_unique<RecordWalk>(database, log, range, direction);
}

Result<std::vector<Record>> read_records(const Database& database, const LogReader& log,
                                         const std::vector<Offset>& offsets) {
  const OffsetRange held = log.held();
  std::vector<Offset> wanted;
  wanted.reserve(offsets.size());
  for (const Offset offset : offsets) {
    if (held.contains(offset)) wanted.push_back(offset);
  }
  if (wanted.empty()) return std::vector<Record>();
  // Strictly ascending or descending: the same offset twice needs two look-ups.
  const bool forwards =
      std::adjacent_find(wanted.begin(), wanted.end(), std::greater_equal<>()) == wanted.end();
  const bool backwards =
      std::adjacent_find(wanted.begin(), wanted.end(), std::less_equal<>()) == wanted.end();
  if (!forwards && !backwards) return look_up(database, log, wanted);
  if (backwards) std::reverse(wanted.begin(), wanted.end());
  const std::uint64_t stretch = wanted.back().value() - wanted.front().value() + 1;
  auto records = stretch <= kDenseEnough * wanted.size() ? walk(database, log, wanted)
                                                         : look_up(database, log, wanted);
  if (records && backwards && !forwards) std::reverse(records->begin(), records->end());
  return records;
}

Result<std::optional<Record>> read_record(const Database& database, Offset offset) {
  auto bytes = database.get(Family::kEvents, encode(offset).view());
  if (!bytes) return fail(bytes.error());
  if (!*bytes) return std::nullopt;
  RecordBlock block;
  block.add(offset, **bytes);
  block.finish();
  auto record = block.at(0);
  if (!record) return fail(record.error());
  return *std::move(record);
}

}  // namespace courtside
