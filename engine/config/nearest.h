// "Did you mean ...?": the known name that is nearest to a mistyped one. Threads: any; no state.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace courtside {

// How many characters must be put in, taken out or exchanged to turn one into the other.
std::size_t edit_distance(std::string_view from, std::string_view to);

// The nearest of `known`, or empty when none is near enough to be meant: at most a third of the
// name's characters, and no fewer than two, may differ.
std::string_view nearest(std::string_view name, const std::vector<std::string>& known);

// "; did you mean `retention.age`?", or empty: the end of a message.
std::string suggestion(std::string_view name, const std::vector<std::string>& known);

}  // namespace courtside
