// An in-memory log behind the real Fold; one line of a test commits a batch.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "base/hash.h"
#include "eventlog/fold.h"
#include "replay/page_reader.h"
#include "replay/tail.h"
#include "schema/command.h"
#include "tests/support/memory_log.h"

namespace courtside::fixtures {

class SmallLog {
 public:
  // Commits one event per list of channels.
  Batch commit(const std::vector<std::vector<std::string>>& events) {
    Append append;
    for (const auto& channels : events) append.events.push_back(event(channels));
    return fold(Command(std::move(append)));
  }

  // Commits `count` events of one channel.
  Batch commit(std::size_t count, const std::string& channel) {
    return commit(std::vector<std::vector<std::string>>(count, {channel}));
  }

  Batch commit(Append append) { return fold(Command(std::move(append))); }

  Batch drop_below(std::uint64_t offset) { return fold(Command(Drop{Offset(offset)})); }

  NewEvent event(const std::vector<std::string>& channels) {
    const std::string id = std::to_string(++last_id_);
    EventFields fields;
    fields.id = id;
    fields.source = "/test";
    fields.type = type;
    fields.subject = "thing:1";
    fields.actorid = actor;
    fields.data_kind = DataKind::kJson;
    fields.data = "{\"venueId\":\"v\",\"secret\":1}";
    NewEvent made;
    made.event = build_event(fields);
    made.key = hash128("/test", id);
    made.channels = channels;
    return made;
  }

  OffsetRange held() const { return log.held(); }

  std::string type = "test.happened";
  std::string actor;
  Timestamp recorded{};  // earliest recorded time of the next commit
  MemoryLog log{"e"};
  Tail tail{1 << 20};
  PageReader pages{log, tail};

 private:
  Batch fold(const Command& command) {
    Fold one(log, log.place(), std::max(recorded, Timestamp(++clock_us_)));
    EXPECT_TRUE(one.apply(command));
    const FoldPlace after = one.place();
    Batch batch = one.take();
    log.commit(batch, after);
    tail.add(std::make_shared<Batch>(batch));
    return batch;
  }

  std::uint64_t last_id_ = 0;
  std::int64_t clock_us_ = 1'000'000;
};

}  // namespace courtside::fixtures
