#include "engine/admission/read_turns.h"

#include <iterator>
#include <utility>

namespace courtside {

void ReadTurns::add(const ReadCaller& caller, std::uint64_t owner, Job job) {
  Caller& known = callers_[caller.key];
  known.reads_max = caller.reads_max;
  known.waiting.push_back({owner, std::move(job)});
  places_.insert_or_assign(owner, Place{caller.key, std::prev(known.waiting.end())});
  enqueue(caller.key, known);
}

void ReadTurns::enqueue(const std::string& key, Caller& caller) {
  const bool may_run = caller.reads_max == 0 || caller.running < caller.reads_max;
  if (caller.is_queued || caller.waiting.empty() || !may_run) return;
  caller.is_queued = true;
  line_.push_back(key);
}

void ReadTurns::drop(std::uint64_t owner) {
  const auto place = places_.find(owner);
  if (place == places_.end()) return;
  const auto found = callers_.find(place->second.caller);
  Queue& waiting = found->second.waiting;
  waiting.erase(place->second.at);
  places_.erase(place);
  // Its entry in line_ stays; next() skips and removes it.
  if (waiting.empty() && found->second.running == 0 && !found->second.is_queued) {
    callers_.erase(found);
  }
}

std::optional<ReadTurns::Turn> ReadTurns::next() {
  while (running_ < reads_max_ && !line_.empty()) {
    Turn turn{.caller = std::move(line_.front()), .job = {}};
    line_.pop_front();
    const auto found = callers_.find(turn.caller);
    Caller& caller = found->second;
    caller.is_queued = false;
    if (caller.waiting.empty()) {
      if (caller.running == 0) callers_.erase(found);
      continue;
    }
    turn.job = std::move(caller.waiting.front().job);
    places_.erase(caller.waiting.front().owner);
    caller.waiting.pop_front();
    ++caller.running;
    ++running_;
    enqueue(turn.caller, caller);
    return turn;
  }
  return std::nullopt;
}

void ReadTurns::done(const std::string& caller) {
  --running_;
  const auto found = callers_.find(caller);
  --found->second.running;
  enqueue(caller, found->second);
  if (found->second.running == 0 && found->second.waiting.empty() && !found->second.is_queued) {
    callers_.erase(found);
  }
}

}  // namespace courtside
