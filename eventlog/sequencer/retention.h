// Computes where the log should begin to stay within its limits. It only reads; the sequencer turns
// the result into drops. Threads: the log thread's.
#pragma once

#include <cstdint>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "eventlog/log_reader.h"
#include "schema/position.h"

namespace courtside {

struct RetentionLimits {
  std::uint64_t bytes = 0;  // of records; 0: no limit. The newest event always stays
  std::uint64_t age_s = 0;  // 0: no limit. All events may be dropped
};

// A drop covers at most this many bytes of records, or one larger record.
constexpr std::uint64_t kDropBytesMax = 8 << 20;

// The `below` of the due drops, in order; each is at most kDropBytesMax beyond the previous one.
// Empty when nothing is due, which costs two reads.
Result<std::vector<Offset>> due_drops(const LogReader& log, const RetentionLimits& limits,
                                      Timestamp now);

}  // namespace courtside
