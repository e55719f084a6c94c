#include "eventlog/index/offset_scan.h"

#include <rocksdb/db.h>

#include <algorithm>
#include <utility>

#include "eventlog/database_error.h"
#include "eventlog/encoding.h"

namespace courtside {
namespace {

// One source of a scan: the database or a segment. It returns its offsets in portions.
class Part {
 public:
  virtual ~Part() = default;
  // Appends the next offsets in the scan's direction to `out`; none at the end.
  virtual Result<void> refill(std::vector<Offset>& out) = 0;
};

class SegmentPart : public Part {
 public:
  SegmentPart(std::shared_ptr<const IndexSegment> segment, std::string_view term, OffsetRange range,
              Direction direction)
      : segment_(std::move(segment)), term_(term), range_(range), direction_(direction) {}

  Result<void> refill(std::vector<Offset>& out) override {
    if (range_.empty()) return {};
    const std::size_t before = out.size();
    segment_->copy_postings(term_, range_, direction_, out);
    if (out.size() == before) {
      range_.end = range_.begin;
    } else if (direction_ == Direction::kAscending) {
      range_.begin = next(out.back());
    } else {
      range_.end = out.back();
    }
    return {};
  }

 private:
  const std::shared_ptr<const IndexSegment> segment_;
  const std::string term_;
  OffsetRange range_;
  const Direction direction_;
};

class DatabasePart : public Part {
 public:
  DatabasePart(const Database& database, std::string_view term, OffsetRange range,
               Direction direction)
      : database_(database),
        range_(range),
        direction_(direction),
        prefix_(chunk_key_prefix(term)),
        key_end_(chunk_key(term, range.end)),
        slice_begin_(prefix_),
        slice_end_(key_end_) {}

  Result<void> refill(std::vector<Offset>& out) override {
    if (range_.empty()) return {};
    if (!chunks_) start();
    const std::size_t before = out.size();
    for (; !done_ && chunks_->Valid() && out.size() == before; step()) {
      if (!take_chunk(out))
        return fail(Code::data_corrupt, "index: a chunk of postings is damaged");
    }
    if (!chunks_->status().ok()) {
      return fail(error_from(chunks_->status(), "index", Code::internal));
    }
    return {};
  }

 private:
  void start() {
    rocksdb::ReadOptions options;
    options.iterate_lower_bound = &slice_begin_;
    options.iterate_upper_bound = &slice_end_;
    chunks_.reset(database_.rocks().NewIterator(options, database_.family(Family::kIndex)));
    if (direction_ == Direction::kDescending) return chunks_->SeekToLast();
    // The chunk that contains range.begin begins at it or before it.
    const std::string key = prefix_ + std::string(encode(range_.begin).view());
    chunks_->SeekForPrev(key);
    if (!chunks_->Valid() && chunks_->status().ok()) chunks_->SeekToFirst();
  }

  void step() { direction_ == Direction::kAscending ? chunks_->Next() : chunks_->Prev(); }

  // Appends the chunk's offsets within the range. False when the chunk is damaged.
  bool take_chunk(std::vector<Offset>& out) {
    const rocksdb::Slice key = chunks_->key();
    if (key.size() != prefix_.size() + 8) return false;
    const Offset first(number_at({key.data() + prefix_.size(), 8}));
    const rocksdb::Slice value = chunks_->value();
    const auto before = static_cast<std::ptrdiff_t>(out.size());
    if (!decode_chunk(first, value.ToStringView(), range_, out)) return false;
    if (direction_ == Direction::kDescending) {
      std::reverse(out.begin() + before, out.end());
      // Ascending, the iterator's upper bound ends the scan. Descending, the chunk that contains or
      // precedes the range's begin is the last.
      done_ = first <= range_.begin;
    }
    return true;
  }

  const Database& database_;
  const OffsetRange range_;
  const Direction direction_;
  const std::string prefix_;
  const std::string key_end_;
  // RocksDB keeps pointers to these.
  const rocksdb::Slice slice_begin_;
  const rocksdb::Slice slice_end_;
  std::unique_ptr<rocksdb::Iterator> chunks_;
  bool done_ = false;
};

class PartsScan : public OffsetScan {
 public:
  explicit PartsScan(std::vector<std::unique_ptr<Part>> parts) : parts_(std::move(parts)) {}

  Result<std::optional<Offset>> next() override {
    while (taken_ == ready_.size() && part_ < parts_.size()) {
      ready_.clear();
      taken_ = 0;
      if (auto filled = parts_[part_]->refill(ready_); !filled) {
        part_ = parts_.size();
        ready_.clear();
        return fail(filled.error());
      }
      if (ready_.empty()) parts_[part_++].reset();
    }
    if (taken_ == ready_.size()) return std::nullopt;
    return ready_[taken_++];
  }

 private:
  std::vector<std::unique_ptr<Part>> parts_;
  std::size_t part_ = 0;
  std::vector<Offset> ready_;
  std::size_t taken_ = 0;
};

}  // namespace

std::unique_ptr<OffsetScan> scan_postings(const Database& database,
                                          std::vector<std::shared_ptr<const IndexSegment>> segments,
                                          std::string_view term, OffsetRange range,
                                          Direction direction) {
  std::vector<std::unique_ptr<Part>> parts;
  const Offset in_memory = segments.empty() ? range.end : segments.front()->range().begin;
  const OffsetRange in_database = within(range, {Offset(0), in_memory});
  if (!in_database.empty()) {
    parts.push_back(std::make_unique<DatabasePart>(database, term, in_database, direction));
  }
  for (auto& segment : segments) {
    const OffsetRange here = within(range, segment->range());
    if (here.empty()) continue;
    parts.push_back(std::make_unique<SegmentPart>(std::move(segment), term, here, direction));
  }
  if (direction == Direction::kDescending) std::reverse(parts.begin(), parts.end());
  return std::make_unique<PartsScan>(std::move(parts));
}

}  // namespace courtside
