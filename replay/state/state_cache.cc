#include "replay/state/state_cache.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace courtside {

// "<last event> <last shown> <version> <folded from> <memory bytes>\n", then the memory and the
// text.
std::string encode(const StateSnapshot& snapshot) {
  std::string out;
  for (const std::uint64_t number :
       {snapshot.last_event.value(), snapshot.last_shown.value(), snapshot.version,
        snapshot.folded_from, std::uint64_t{snapshot.memory.size()}}) {
    if (!out.empty()) out.push_back(' ');
    out.append(std::to_string(number));
  }
  return out.append("\n").append(snapshot.memory).append(snapshot.text);
}

std::optional<StateSnapshot> decode_snapshot(std::string_view bytes) {
  std::array<std::uint64_t, 5> numbers{};
  const char* at = bytes.data();
  const char* const end = at + bytes.size();
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const auto [rest, error] = std::from_chars(at, end, numbers[i]);
    const char behind = i + 1 < numbers.size() ? ' ' : '\n';
    if (error != std::errc() || rest == end || *rest != behind) return std::nullopt;
    at = rest + 1;
  }
  if (numbers[4] > static_cast<std::size_t>(end - at)) return std::nullopt;
  const char* const text = at + numbers[4];
  return StateSnapshot{.through = Offset(numbers[0]),
                       .last_event = Offset(numbers[0]),
                       .last_shown = Offset(numbers[1]),
                       .version = numbers[2],
                       .folded_from = numbers[3],
                       .text = std::string(text, end),
                       .memory = std::string(at, text)};
}

std::optional<StateSnapshot> StateCache::find(const Hash128& key, Offset at) {
  const std::lock_guard lock(mutex_);
  auto found = entries_.upper_bound({key, at});
  if (found == entries_.begin()) return std::nullopt;
  --found;
  if (found->first.first != key) return std::nullopt;
  uses_.splice(uses_.begin(), uses_, found->second.use);
  return found->second.snapshot;
}

void StateCache::put(const Hash128& key, StateSnapshot snapshot) {
  const std::lock_guard lock(mutex_);
  const Key place{key, snapshot.last_event};
  const auto [found, fresh] = entries_.try_emplace(place);
  Entry& entry = found->second;
  if (fresh) {
    entry.use = uses_.insert(uses_.begin(), place);
  } else {
    // Another reader may have found no further event up to a later offset.
    snapshot.through = std::max(snapshot.through, entry.snapshot.through);
    bytes_ -= cost(entry.snapshot);
    uses_.splice(uses_.begin(), uses_, entry.use);
  }
  bytes_ += cost(snapshot);
  entry.snapshot = std::move(snapshot);
  while (bytes_ > bytes_max_) {
    const auto oldest = entries_.find(uses_.back());
    bytes_ -= cost(oldest->second.snapshot);
    entries_.erase(oldest);
    uses_.pop_back();
  }
}

std::size_t StateCache::size_bytes() const {
  const std::lock_guard lock(mutex_);
  return bytes_;
}

}  // namespace courtside
