// Faults to plant into a closed log: in its files, and through RocksDB, where no checksum reveals
// them.
#pragma once

#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace courtside::story {

// A part of the expected error message; empty optional when this log has no place for the fault.
using Named = std::optional<std::string>;

struct FaultKind {
  std::string_view name;
  Named (*plant)(const std::string& folder, std::mt19937_64& random);
};

// In files, in records, in the index, and in ids, subjects and meta.
std::vector<FaultKind> file_faults();
std::vector<FaultKind> record_faults();
std::vector<FaultKind> index_faults();
std::vector<FaultKind> table_faults();

}  // namespace courtside::story
