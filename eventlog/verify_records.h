// The records of a log against each other and against what the log says of itself, and what follows
// from them for ids and postings. Threads: the caller's; it blocks.
#pragma once

#include "base/result.h"
#include "eventlog/database.h"
#include "eventlog/entry_sums.h"
#include "eventlog/fold.h"
#include "eventlog/verify.h"

namespace courtside {

// What the index should hold.
struct ExpectedEntries {
  EntrySums postings;
  EntrySums ids;
};

// Reads [needed, place.next), where records from place.first_held on are held and those before are
// kept for the index. Adds to `expected` what lies in its range. Errors: data_corrupt ("offset 77:
// ..."), data_newer.
Result<void> verify_records(const Database& database, const FoldPlace& place, Offset needed,
                            ExpectedEntries& expected, const VerifyProgress& progress);

// A term of the index for a person: "channel booking:b_1".
std::string describe_term(std::string_view term);

// Postings and ids against what the records say they should be; everything below `low_water`.
// Errors: data_corrupt ("index: channel booking:b_1 lacks offset 77").
Result<void> verify_index(const Database& database, OffsetRange indexed, Offset low_water,
                          const ExpectedEntries& expected, const VerifyOptions& options,
                          std::uint64_t seed);

}  // namespace courtside
