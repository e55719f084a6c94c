// The programs of a PostgreSQL release: Debian's, and a newer one from an npm package, since Debian
// has only one release. Threads: any.
#pragma once

#include <cstdint>
#include <filesystem>

namespace courtside {

enum class PostgresRelease : std::uint8_t { k15, k18 };

struct PostgresPrograms {
  std::filesystem::path bin;        // initdb and postgres
  std::filesystem::path libraries;  // for LD_LIBRARY_PATH; empty: not needed
};

// For k18 the first call copies the package to a temporary folder, removed when the program ends:
// the user `postgres` may not read the checkout, and the package lacks its symbolic links. Throws
// std::runtime_error when script/npm has not run.
const PostgresPrograms& postgres_programs(PostgresRelease release);

}  // namespace courtside
