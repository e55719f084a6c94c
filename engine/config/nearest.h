// "Did you mean ...?": finds the known name nearest to a mistyped one. Threads: any; no state.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace courtside {

// The number of inserted, deleted or replaced characters (Levenshtein).
std::size_t edit_distance(std::string_view from, std::string_view to);

// The nearest of `known`; empty when more than a third of the name's characters would have to
// change (of short names at most two, and no more than half).
std::string_view nearest(std::string_view name, const std::vector<std::string>& known);

// The end of a message: "; did you mean `retention.age`?", or empty.
std::string suggestion(std::string_view name, const std::vector<std::string>& known);

}  // namespace courtside
