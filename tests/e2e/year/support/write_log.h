// Writes a generated year into a log that `courtside serve --data` opens, with the year's recorded
// times. It uses the server's event log, fold and routing table only to write, not to compute
// expectations.
//
// Threads: one.
#pragma once

#include <filesystem>
#include <vector>

#include "tests/e2e/year/support/platform_year.h"

namespace courtside::e2e {

// A Failure when the folder cannot be written.
void write_year(const std::filesystem::path& folder, const std::vector<YearEvent>& year);

}  // namespace courtside::e2e
