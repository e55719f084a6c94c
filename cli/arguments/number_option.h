// An option that takes a whole number within a range. Internal to this folder. Threads: one.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <string>

namespace courtside {

// CLI11 itself would read "-1" as 2^64 - 1 and "010" as 8.
CLI::Option* add_number(CLI::App& command, const std::string& name, std::uint64_t& value,
                        std::uint64_t min, std::uint64_t max, const std::string& doc);

}  // namespace courtside
