// Plans how to find the offsets of a window that may match a filter: which postings to walk.
//
//   subject, channels, actor, correlation id and types give a clause each; all must hold
//   1  read the first offsets of each clause's postings: the clause whose sample reaches furthest
//      is the rarest
//   2  walk the rarest; intersect it with clauses that exclude many of its offsets at low cost
//
// The samples are from the window's first part, so the estimate may be wrong; that affects only the
// cost, never the result. A returned offset is in every clause that was walked and must still be
// matched against the filter.
//
// Threads: one reader's; it blocks. It holds resources of the log: use it and destroy it.
#pragma once

#include <memory>

#include "eventlog/log_reader.h"
#include "replay/matcher.h"

namespace courtside {

// Null when reading every record of the window is cheaper than any postings.
Result<std::unique_ptr<OffsetScan>> plan_candidates(const LogReader& log, const Matcher& matcher,
                                                    OffsetRange window, Direction direction);

}  // namespace courtside
