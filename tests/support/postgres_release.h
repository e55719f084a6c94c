// Where the programs of a PostgreSQL are: Debian's own, and a newer one of an npm package, since
// Debian has one release alone. Threads: any.
#pragma once

#include <cstdint>
#include <filesystem>

namespace courtside {

enum class PostgresRelease : std::uint8_t { k15, k18 };

struct PostgresPrograms {
  std::filesystem::path bin;        // initdb and postgres
  std::filesystem::path libraries;  // for LD_LIBRARY_PATH; empty: not needed
};

// Of k18: a copy in a temporary folder that goes with the program, made by the first call, since
// the user `postgres` may not see the checkout and the package comes without its symbolic links.
// Throws std::runtime_error where script/npm has not run.
const PostgresPrograms& postgres_programs(PostgresRelease release);

}  // namespace courtside
