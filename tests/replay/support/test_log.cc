#include "tests/replay/support/test_log.h"

#include <algorithm>
#include <utility>

#include "eventlog/term.h"

namespace courtside::test {
namespace {

// Walks the offsets of a range for which `wanted` returns true.
template <typename Wanted>
class Walk {
 public:
  Walk(OffsetRange range, Direction direction, Wanted wanted)
      : range_(range), direction_(direction), wanted_(std::move(wanted)) {}

  std::optional<Offset> next() {
    while (!range_.empty()) {
      Offset offset;
      if (direction_ == Direction::kAscending) {
        offset = range_.begin;
        range_.begin = courtside::next(range_.begin);
      } else {
        range_.end = previous(range_.end);
        offset = range_.end;
      }
      if (wanted_(offset)) return offset;
    }
    return std::nullopt;
  }

 private:
  OffsetRange range_;
  Direction direction_;
  Wanted wanted_;
};

class TestRecordScan : public RecordScan {
 public:
  TestRecordScan(const TestLog& log, OffsetRange range, Direction direction)
      : log_(log), walk_(range, direction, [this](Offset o) { return bool(log_.find(o)); }) {}

  Result<std::optional<Record>> next() override {
    if (log_.fails) return fail(Code::data_corrupt, "a record");
    log_.on_fetch();
    const std::optional<Offset> offset = walk_.next();
    if (!offset) return std::nullopt;
    ++log_.read_in_sequence;
    return log_.find(*offset);
  }

 private:
  const TestLog& log_;
  Walk<std::function<bool(Offset)>> walk_;
};

class TestOffsetScan : public OffsetScan {
 public:
  TestOffsetScan(const TestLog& log, std::string term, OffsetRange range, Direction direction)
      : log_(log), term_(std::move(term)), walk_(range, direction, [this](Offset o) {
          const std::optional<Record> record = log_.find(o);
          if (!record) return false;
          const std::vector<std::string> terms = terms_of(record->view());
          return std::find(terms.begin(), terms.end(), term_) != terms.end();
        }) {}

  Result<std::optional<Offset>> next() override {
    if (log_.fails) return fail(Code::data_corrupt, "postings");
    log_.on_fetch();
    return walk_.next();
  }

 private:
  const TestLog& log_;
  const std::string term_;
  Walk<std::function<bool(Offset)>> walk_;
};

void append_event(std::string& out, Offset offset, const TestEvent& event) {
  EventFields fields;
  const std::string id = std::to_string(offset.value());
  fields.id = id;
  fields.source = "/test";
  fields.type = event.type;
  fields.subject = event.subject;
  fields.time = "2026-11-01T10:00:00Z";
  fields.actorid = event.actor;
  fields.correlationid = event.correlationid;
  fields.data_kind = DataKind::kJson;
  fields.data = event.data;
  const Timestamp recorded(static_cast<std::int64_t>(offset.value()) * 1'000'000);
  append_record(out, {.offset = offset, .recorded = recorded}, event.channels, build_event(fields));
}

}  // namespace

SharedBatch make_batch(Offset begin, const std::vector<TestEvent>& events) {
  auto batch = std::make_shared<Batch>();
  std::string storage;
  Offset offset = begin;
  for (const TestEvent& event : events) {
    batch->begins.push_back(static_cast<std::uint32_t>(storage.size()));
    append_event(storage, offset, event);
    offset = next(offset);
  }
  batch->begins.push_back(static_cast<std::uint32_t>(storage.size()));
  batch->storage = std::make_shared<const std::string>(std::move(storage));
  batch->range = {begin, offset};
  batch->first_held = Offset(1);
  for (std::uint32_t index = 0; index < batch->size(); ++index) {
    for_each_live_term(batch->at(std::size_t{index}), [&](std::string_view term) {
      batch->terms.push_back({term_hash(term), index});
    });
  }
  std::sort(batch->terms.begin(), batch->terms.end(), [](const TermEntry& a, const TermEntry& b) {
    return std::pair(a.term_hash, a.index) < std::pair(b.term_hash, b.index);
  });
  return batch;
}

SharedBatch TestLog::append(const std::vector<TestEvent>& events) {
  SharedBatch batch = make_batch(held_.end, events);
  for (std::size_t i = 0; i < batch->size(); ++i) {
    records_.emplace_back(batch->storage, batch->at(i).bytes());
  }
  held_.end = batch->range.end;
  tail_.add(batch);
  return batch;
}

void TestLog::append_many(const TestEvent& event, std::size_t count, std::size_t batch_events) {
  for (std::size_t done = 0; done < count; done += batch_events) {
    append(std::vector<TestEvent>(std::min(batch_events, count - done), event));
  }
}

void TestLog::drop_below(Offset below) { held_.begin = std::max(held_.begin, below); }

std::optional<Record> TestLog::find(Offset offset) const {
  if (!held_.contains(offset)) return std::nullopt;
  return records_[offset.value() - 1];
}

Result<std::vector<Record>> TestLog::read(const std::vector<Offset>& offsets) const {
  if (fails) return fail(Code::data_corrupt, "a record");
  std::vector<Record> found;
  for (const Offset offset : offsets) {
    on_fetch();
    const std::optional<Record> record = find(offset);
    if (!record) continue;
    ++read_by_offset;
    found.push_back(*record);
  }
  return found;
}

std::unique_ptr<RecordScan> TestLog::scan(OffsetRange range, Direction direction) const {
  ++scans_opened;
  return std::make_unique<TestRecordScan>(*this, range, direction);
}

std::unique_ptr<OffsetScan> TestLog::postings(std::string_view term, OffsetRange range,
                                              Direction direction) const {
  ++postings_opened;
  return std::make_unique<TestOffsetScan>(*this, std::string(term), range, direction);
}

Result<Offset> TestLog::first_at_or_after(Timestamp time) const {
  for (Offset offset = held_.begin; offset < held_.end; offset = next(offset)) {
    if (find(offset)->view().recorded() >= time) return offset;
  }
  return held_.end;
}

Result<SubjectState> TestLog::subject(std::string_view) const { return SubjectState(); }

std::string offsets_of(const std::vector<Record>& records) {
  std::string text;
  for (const Record& record : records) {
    if (!text.empty()) text.push_back(' ');
    text.append(std::to_string(record->offset().value()));
  }
  return text;
}

}  // namespace courtside::test
