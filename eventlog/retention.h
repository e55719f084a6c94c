// Where the log should begin, so that it keeps within its limits. Pure: it reads and answers; the
// sequencer turns the answer into drops. Threads: the log thread's.
#pragma once

#include <cstdint>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "eventlog/log_reader.h"
#include "schema/position.h"

namespace courtside {

struct RetentionLimits {
  std::uint64_t bytes = 0;  // of records; 0: no limit. The newest event is kept, however large.
  std::uint64_t age_s = 0;  // 0: no limit. May leave nothing.
};

// A drop takes at most this many bytes of records, or one record that is larger.
constexpr std::uint64_t kDropBytesMax = 8 << 20;

// The `below` of the drops that are due, in order; each by at most kDropBytesMax further than the
// one before. Empty when there is nothing to do, which costs two reads.
Result<std::vector<Offset>> due_drops(const LogReader& log, const RetentionLimits& limits,
                                      Timestamp now);

}  // namespace courtside
