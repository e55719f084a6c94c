// Checks the subjects' versions in the records, and the subject table against them. Threads: the
// caller's; it blocks.
#pragma once

#include "base/result.h"
#include "eventlog/database.h"
#include "eventlog/fold.h"
#include "eventlog/verify/verify_options.h"

namespace courtside {

// REQUIRES: the records from `needed` on are valid. The table covers offsets below `low_water`.
// Errors: data_corrupt ("offset 77: booking:b_1 goes from version 3 to 5", "subjects: booking:b_1
// ...").
Result<void> verify_subjects(const Database& database, const FoldPlace& place, Offset needed,
                             Offset low_water, const VerifyOptions& options, std::uint64_t seed);

}  // namespace courtside
