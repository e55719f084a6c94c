// Names and texts as SQL writes them, for statements that cannot take them as parameters.
// Threads: any; no state.
#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace courtside {

// A name without a schema: "name", with every quote in it doubled. What is so quoted keeps its
// capitals. For a table see quoted_name().
std::string quoted_identifier(std::string_view name);

// 'text', also where the server takes backslashes for escapes.
std::string quoted_literal(std::string_view text);

// The parts of `table` or `schema.table`, which is parted at its last dot; the schema is empty
// where none is named.
std::pair<std::string_view, std::string_view> table_parts(std::string_view table);

// The body between dollar signs, with a tag that it does not have in it.
std::string dollar_quoted(std::string_view body);

}  // namespace courtside
