// libpq's connection strings, for anyone's eyes. Threads: any; no state.
#pragma once

#include <string>
#include <string_view>

namespace courtside {

// The text with `***` for its passwords, in both forms that libpq takes:
// "postgresql://ann:***@host/db?password=***" and "host=h password=***". Where it is no such text,
// too much is hidden rather than too little.
std::string without_password(std::string_view connection);

}  // namespace courtside
