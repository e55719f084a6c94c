// Checks the records against each other and against the metadata, and computes the ids and postings
// that the index should have. Threads: the caller's; it blocks.
#pragma once

#include "base/result.h"
#include "eventlog/database.h"
#include "eventlog/fold.h"
#include "eventlog/verify/entry_sums.h"
#include "eventlog/verify/verify_options.h"

namespace courtside {

// The expected content of the index.
struct ExpectedEntries {
  EntrySums postings;
  EntrySums ids;
};

// Reads [needed, place.next): retained records, and before place.first_held the ones that the index
// still needs. Adds to `expected` the entries in its range. Errors: data_corrupt ("offset 77:
// ..."), data_newer.
Result<void> verify_records(const Database& database, const FoldPlace& place, Offset needed,
                            ExpectedEntries& expected, const Progress& progress);

// A term of the index in readable form: "channel booking:b_1".
std::string describe_term(std::string_view term);

// Compares postings and ids below `low_water` with those that the records call for. Errors:
// data_corrupt ("index: channel booking:b_1 lacks offset 77").
Result<void> verify_index(const Database& database, OffsetRange indexed, Offset low_water,
                          const ExpectedEntries& expected, const VerifyOptions& options,
                          std::uint64_t seed);

}  // namespace courtside
