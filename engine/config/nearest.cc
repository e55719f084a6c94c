#include "engine/config/nearest.h"

#include <algorithm>
#include <numeric>

#include "base/format.h"

namespace courtside {

std::size_t edit_distance(std::string_view from, std::string_view to) {
  // One row of the Levenshtein table at a time: row[j] is the distance of from[0, i) and to[0, j).
  std::vector<std::size_t> row(to.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= from.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= to.size(); ++j) {
      const std::size_t exchanged = diagonal + (from[i - 1] == to[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({exchanged, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row[to.size()];
}

std::string_view nearest(std::string_view name, const std::vector<std::string>& known) {
  std::string_view best;
  // Of a short name no more than half may be wrong: `foo` is no misspelt `log`.
  const std::size_t distance_max =
      std::min(std::max<std::size_t>(2, name.size() / 3), name.size() / 2);
  std::size_t best_distance = distance_max + 1;
  for (const std::string& candidate : known) {
    const std::size_t distance = edit_distance(name, candidate);
    if (distance < best_distance) {
      best = candidate;
      best_distance = distance;
    }
  }
  return best;
}

std::string suggestion(std::string_view name, const std::vector<std::string>& known) {
  const std::string_view best = nearest(name, known);
  return best.empty() ? "" : format("; did you mean `{}`?", best);
}

}  // namespace courtside
