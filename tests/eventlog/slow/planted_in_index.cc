#include <algorithm>

#include "patient.h"
#include "planted_fault.h"

namespace courtside::story {
namespace {

struct Chunk {
  std::string key;
  std::string term;
  std::vector<Offset> offsets;
};

// Chunks with at least one retained offset.
std::vector<Chunk> chunks(const Patient& log) {
  std::vector<Chunk> out;
  for (const auto& [key, value] : log.entries(Family::kIndex)) {
    if (key == kLowWaterKey) continue;
    Chunk chunk{.key = key, .term = key.substr(0, key.size() - 9), .offsets = {}};
    decode_chunk(Offset(number_at(key.substr(key.size() - 8))), value,
                 {Offset(0), Offset(UINT64_MAX)}, chunk.offsets);
    if (chunk.offsets.back() >= log.place().first_held) out.push_back(std::move(chunk));
  }
  return out;
}

void put_chunk(Patient& log, const std::string& term, const std::vector<Offset>& offsets) {
  std::string value;
  append_chunk(value, offsets);
  log.put(Family::kIndex, chunk_key(term, offsets.front()), value);
}

Named remove_chunk(const std::string& folder, Random& random) {
  Patient log(folder);
  const auto found = chunks(log);
  if (found.empty()) return std::nullopt;
  const Chunk& chunk = any_of(found, random);
  log.remove(Family::kIndex, chunk.key);
  return " lacks offset ";
}

Named remove_posting(const std::string& folder, Random& random) {
  Patient log(folder);
  const auto found = chunks(log);
  if (found.empty()) return std::nullopt;
  Chunk chunk = any_of(found, random);
  const auto held = std::find_if(chunk.offsets.begin(), chunk.offsets.end(),
                                 [&](Offset o) { return o >= log.place().first_held; });
  const auto victim = held + static_cast<std::ptrdiff_t>(
                                 random() % static_cast<std::size_t>(chunk.offsets.end() - held));
  const std::string named = chunk.term.substr(1) + " lacks " + name_of(*victim);
  chunk.offsets.erase(victim);
  log.remove(Family::kIndex, chunk.key);
  if (!chunk.offsets.empty()) put_chunk(log, chunk.term, chunk.offsets);
  return named;
}

Named add_posting(const std::string& folder, Random& random) {
  Patient log(folder);
  if (!log.has_indexed()) return std::nullopt;
  const Offset offset = log.any_indexed(random);
  const std::string term = random() % 2 == 0 ? "cuser:stranger" : "sbooking:stranger";
  put_chunk(log, term, {offset});
  return term.substr(1) + " has " + name_of(offset);
}

Named widen_chunk(const std::string& folder, Random& random) {
  Patient log(folder);
  const auto found = chunks(log);
  if (found.empty()) return std::nullopt;
  Chunk chunk = any_of(found, random);
  const Offset offset = log.any_indexed(random);
  const auto at = std::lower_bound(chunk.offsets.begin(), chunk.offsets.end(), offset);
  if (at != chunk.offsets.end() && *at == offset) return std::nullopt;
  chunk.offsets.insert(at, offset);
  log.remove(Family::kIndex, chunk.key);
  put_chunk(log, chunk.term, chunk.offsets);
  return "index: ";  // has an offset too many, or overlaps the next chunk
}

Named break_chunk(const std::string& folder, Random& random) {
  Patient log(folder);
  const auto found = chunks(log);
  if (found.empty()) return std::nullopt;
  const Chunk& chunk = any_of(found, random);
  std::string value = log.get(Family::kIndex, chunk.key);
  random() % 2 == 0 ? value.pop_back() : value.push_back('\x7f');
  log.put(Family::kIndex, chunk.key, value);
  return chunk.term.substr(1);
}

Named move_low_water(const std::string& folder, Random& random) {
  Patient log(folder);
  if (!log.has_indexed()) return std::nullopt;
  const Offset low = log.low_water_offset();
  const Offset other(random() % 2 == 0 ? low.value() - 1 : low.value() + 1);
  log.put(Family::kIndex, std::string(kLowWaterKey), key_text(other));
  return "";
}

Named remove_low_water(const std::string& folder, Random&) {
  Patient log(folder);
  if (!log.has_indexed()) return std::nullopt;
  log.remove(Family::kIndex, std::string(kLowWaterKey));
  return "";
}

}  // namespace

std::vector<FaultKind> index_faults() {
  return {
      {"a chunk gone", remove_chunk},           {"a posting gone", remove_posting},
      {"a posting too many", add_posting},      {"a chunk with one too many", widen_chunk},
      {"a chunk broken", break_chunk},          {"the low water", move_low_water},
      {"the low water gone", remove_low_water},
  };
}

}  // namespace courtside::story
