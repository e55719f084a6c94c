// A log to which something may happen before each call of a reader: what a page read on another
// thread sees of commits and retention. Reads of records may fail.
//
// Threads: one.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "eventlog/log_reader.h"

namespace courtside::simulation {

class InterruptedLog : public LogReader {
 public:
  // `log` outlives it.
  InterruptedLog(
      const LogReader& log, std::function<void()> interrupt,
      std::function<bool()> fails = [] { return false; })
      : log_(log), interrupt_(std::move(interrupt)), fails_(std::move(fails)) {}

  const std::string& epoch() const override { return log_.epoch(); }
  OffsetRange held() const override {
    interrupt_();
    return log_.held();
  }
  Result<std::vector<Record>> read(const std::vector<Offset>& offsets) const override {
    interrupt_();
    if (fails_()) return fail(Code::internal, "the disk cannot be read");
    return log_.read(offsets);
  }
  std::unique_ptr<RecordScan> scan(OffsetRange range, Direction direction) const override {
    interrupt_();
    if (fails_()) return std::make_unique<FailingScan>();
    return log_.scan(range, direction);
  }
  std::unique_ptr<OffsetScan> postings(std::string_view term, OffsetRange range,
                                       Direction direction) const override {
    interrupt_();
    return log_.postings(term, range, direction);
  }
  Offset attributes_from() const override { return log_.attributes_from(); }
  Result<Offset> first_at_or_after(Timestamp time) const override {
    interrupt_();
    if (fails_()) return fail(Code::internal, "the disk cannot be read");
    return log_.first_at_or_after(time);
  }
  Result<SubjectState> subject(std::string_view subject) const override {
    interrupt_();
    return log_.subject(subject);
  }

 private:
  class FailingScan final : public RecordScan {
   public:
    Result<std::optional<Record>> next() override {
      return fail(Code::internal, "the disk cannot be read");
    }
  };

  const LogReader& log_;
  const std::function<void()> interrupt_;
  const std::function<bool()> fails_;
};

}  // namespace courtside::simulation
