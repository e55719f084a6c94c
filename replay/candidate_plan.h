// How to find the offsets of a window that may match a filter: which postings to walk, and which
// to walk beside them.
//
//   subject, channels, actor, correlation id, types: a clause each, all must hold
//   1  take the first offsets of each clause's postings: who reaches furthest with as many is
//   rarest 2  walk the rarest; walk others beside it that leave some of its offsets out and cost
//   little
//
// What lies in the window's first part tells of the rest, which is a guess; but only about what it
// costs, never about what is found. An offset that comes out is in every clause that was walked,
// and has to be held against the filter all the same.
//
// Threads: one reader's; it blocks. It holds resources of the log: use it and drop it.
#pragma once

#include <memory>

#include "eventlog/log_reader.h"
#include "replay/matcher.h"

namespace courtside {

// Null when no postings are worth more than looking at every record of the window.
Result<std::unique_ptr<OffsetScan>> plan_candidates(const LogReader& log, const Matcher& matcher,
                                                    OffsetRange window, Direction direction);

}  // namespace courtside
