// Makes libpq connection strings safe to show. Threads: any; no state.
#pragma once

#include <string>
#include <string_view>

namespace courtside {

// The text with `***` in place of passwords, in both forms of libpq:
// "postgresql://ann:***@host/db?password=***" and "host=h password=***". In a malformed text it
// hides too much rather than too little.
std::string without_password(std::string_view connection);

}  // namespace courtside
