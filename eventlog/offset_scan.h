// One term's postings, from the database and the index segments in memory, as one scan.
// Threads: the caller's.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "eventlog/database.h"
#include "eventlog/index_segment.h"
#include "eventlog/log_reader.h"

namespace courtside {

// The offsets of `term` within `range`. `segments` are in ascending order, none overlaps another,
// and the database covers all that is before the first. REQUIRES: the database outlives the scan.
std::unique_ptr<OffsetScan> scan_postings(const Database& database,
                                          std::vector<std::shared_ptr<const IndexSegment>> segments,
                                          std::string_view term, OffsetRange range,
                                          Direction direction);

}  // namespace courtside
