// One scan over a term's postings in the database and in the index segments in memory. Threads: the
// caller's.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "eventlog/database.h"
#include "eventlog/index/index_segment.h"
#include "eventlog/log_reader.h"

namespace courtside {

// The offsets of `term` within `range`. `segments` ascend and do not overlap; the database covers
// everything before the first. REQUIRES: the database outlives the scan.
std::unique_ptr<OffsetScan> scan_postings(const Database& database,
                                          std::vector<std::shared_ptr<const IndexSegment>> segments,
                                          std::string_view term, OffsetRange range,
                                          Direction direction);

}  // namespace courtside
