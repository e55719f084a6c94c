// A log in memory for reading pages. It counts what was fetched and how, and can drop its beginning
// in the middle of a read.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "eventlog/log_reader.h"
#include "replay/tail.h"

namespace courtside::test {

struct TestEvent {
  std::vector<std::string> channels;
  std::string type = "chat.message_posted";
  std::string subject = "chat:r_1";
  std::string actor = {};
  std::string correlationid = {};
  std::string data = "{}";
};

// A batch of these events, the first at `begin`; event n is recorded at n seconds.
SharedBatch make_batch(Offset begin, const std::vector<TestEvent>& events);

class TestLog : public LogReader {
 public:
  // Appends the events as one batch, to the log and to its tail.
  SharedBatch append(const std::vector<TestEvent>& events);
  // The same event `count` times, in batches of `batch_events`.
  void append_many(const TestEvent& event, std::size_t count, std::size_t batch_events = 16);
  void drop_below(Offset below);

  Tail& tail() { return tail_; }
  // Called before each record or offset is returned: the place for a drop during a read.
  std::function<void()> on_fetch = [] {};
  // Called by held(), which a reader calls at its end.
  std::function<void()> on_held = [] {};

  // Counters.
  mutable std::uint64_t read_in_sequence = 0;
  mutable std::uint64_t read_by_offset = 0;
  mutable std::uint64_t scans_opened = 0;
  mutable std::uint64_t postings_opened = 0;
  bool fails = false;
  Offset attributes_begin{1};  // attributes_from()

  const std::string& epoch() const override { return epoch_; }
  OffsetRange held() const override {
    on_held();
    return held_;
  }
  Result<std::vector<Record>> read(const std::vector<Offset>& offsets) const override;
  std::unique_ptr<RecordScan> scan(OffsetRange range, Direction direction) const override;
  std::unique_ptr<OffsetScan> postings(std::string_view term, OffsetRange range,
                                       Direction direction) const override;
  Offset attributes_from() const override { return attributes_begin; }
  Result<Offset> first_at_or_after(Timestamp time) const override;
  Result<SubjectState> subject(std::string_view subject) const override;

  // Empty when it is not retained.
  std::optional<Record> find(Offset offset) const;

 private:
  std::string epoch_ = "test";
  std::vector<Record> records_;  // offset 1 first; dropped ones stay here
  OffsetRange held_{Offset(1), Offset(1)};
  Tail tail_{64 << 20};
};

// "3 7 12": the offsets of the records.
std::string offsets_of(const std::vector<Record>& records);

}  // namespace courtside::test
