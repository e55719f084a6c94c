// Quoted names and texts, for SQL statements that cannot take them as parameters.
// Threads: any; no state.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace courtside {

// A name without a schema: "name", with every quote in it doubled. Quoting keeps capitals. For a
// table see quoted_name().
std::string quoted_identifier(std::string_view name);

// 'text', correct also if the server treats backslashes as escapes.
std::string quoted_literal(std::string_view text);

// The parts of `table` or `schema.table`, split at the last dot; the schema is empty if there is
// none.
std::pair<std::string_view, std::string_view> table_parts(std::string_view table);

// The body in dollar quotes, with a tag that does not occur in it.
std::string dollar_quoted(std::string_view body);

// `sql` with a value in place of each {name}. The values are SQL themselves: quote what comes from
// outside. REQUIRES: each {name} has a value.
std::string filled(std::string_view sql,
                   const std::vector<std::pair<std::string_view, std::string>>& values);

}  // namespace courtside
