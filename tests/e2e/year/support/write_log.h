// Writes a told year down as a server would have: into a log that `courtside serve --data` opens,
// with the recorded times that the year has. The server's own event log, fold and routing table are
// what writes; they are not what judges.
//
// Threads: one.
#pragma once

#include <filesystem>
#include <vector>

#include "tests/e2e/year/support/platform_year.h"

namespace courtside::e2e {

// A Failure where the folder cannot be written.
void write_year(const std::filesystem::path& folder, const std::vector<YearEvent>& year);

}  // namespace courtside::e2e
