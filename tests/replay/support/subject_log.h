// A log with the real fold in front of it, in memory or on disk, to which tests commit events of
// subjects; and the state computed from all raw records. Threads: one.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "eventlog/fold.h"
#include "eventlog/sequencer/event_log.h"
#include "replay/state/state_fold.h"
#include "schema/command.h"
#include "tests/support/memory_log.h"

namespace courtside::test {

struct SubjectEvent {
  std::string subject;
  std::string type = "thing.is";
  std::string data = "{}";
  std::vector<std::string> channels = {};  // empty: only the subject
};

template <typename Log>
class SubjectLog {
 public:
  explicit SubjectLog(Log& log) : log_(log) {}

  // All in one commit. Commit n is recorded at n seconds.
  void commit(const std::vector<SubjectEvent>& events) {
    Append append;
    for (const SubjectEvent& event : events) append.events.push_back(made(event));
    apply(Command(std::move(append)));
  }

  void drop_below(Offset offset) { apply(Command(Drop{offset})); }

  // Every record that was ever appended, dropped ones too.
  const std::vector<std::string>& records() const { return records_; }

  // The state from the subject's events with offsets in `range`; empty when there are none.
  std::string fold(const std::string& subject, OffsetRange range) const {
    StateFold folded(subject);
    for (const std::string& bytes : records_) {
      const RecordView record(bytes);
      if (!range.contains(record.offset()) || record.event().subject() != subject) continue;
      folded.apply(record, nullptr);
    }
    return folded.empty() ? std::string() : folded.text();
  }

 private:
  NewEvent made(const SubjectEvent& event) {
    const std::string id =
        std::to_string(log_.place().next.value()) + "-" + std::to_string(++last_);
    EventFields fields;
    fields.id = id;
    fields.source = "/test";
    fields.type = event.type;
    fields.subject = event.subject;
    fields.data_kind = DataKind::kJson;
    fields.data = event.data;
    NewEvent out;
    out.event = build_event(fields);
    out.key = hash128("/test", id);
    out.channels =
        event.channels.empty() ? std::vector<std::string>{event.subject} : event.channels;
    return out;
  }

  void apply(const Command& command) {
    Fold one(log_, log_.place(), Timestamp(++commits_ * 1'000'000));
    ASSERT_TRUE(one.apply(command));
    const FoldPlace after = one.place();
    const Batch batch = one.take();
    if constexpr (std::is_same_v<Log, EventLog>) {
      ASSERT_TRUE(log_.commit(batch, after));
    } else {
      log_.commit(batch, after);
    }
    for (std::size_t i = 0; i < batch.size(); ++i) records_.emplace_back(batch.at(i).bytes());
  }

  Log& log_;
  std::uint64_t last_ = 0;
  std::int64_t commits_ = 0;
  std::vector<std::string> records_;
};

}  // namespace courtside::test
