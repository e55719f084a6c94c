#include "tests/simulation/ledger.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <variant>

#include "schema/event.h"

namespace courtside::simulation {
namespace {

std::size_t subject_of(const NewEvent& event) {
  return static_cast<std::size_t>(EventView(event.event).subject().back() - '0');
}

bool same(const Appended& a, const Appended& b) {
  return a.offset == b.offset && a.subject_version == b.subject_version &&
         a.duplicate == b.duplicate;
}

bool same(const Verdict& a, const Verdict& b) {
  if (a.outcome.index() != b.outcome.index()) return false;
  if (const auto* conflict = std::get_if<Conflict>(&a.outcome)) {
    const auto& other = std::get<Conflict>(b.outcome);
    return conflict->index == other.index && conflict->expected == other.expected &&
           conflict->current == other.current;
  }
  const auto& ours = std::get<std::vector<Appended>>(a.outcome);
  const auto& theirs = std::get<std::vector<Appended>>(b.outcome);
  return std::equal(ours.begin(), ours.end(), theirs.begin(), theirs.end(),
                    [](const Appended& x, const Appended& y) { return same(x, y); });
}

}  // namespace

std::string Ledger::check(const std::vector<Command>& commands, const Batch& batch) {
  if (batch.range.begin != books_.next) return "a batch does not begin where the last one ended";
  std::size_t answered = 0;
  for (const Command& command : commands) {
    if (const auto* drop = std::get_if<Drop>(&command)) {
      books_.first_held = std::clamp(drop->below, books_.first_held, books_.next);
      continue;
    }
    const Verdict expected = judge(std::get<Append>(command));
    if (answered == batch.verdicts.size()) return "a command was not answered";
    if (!same(expected, batch.verdicts[answered++])) return "a command was answered wrongly";
  }
  if (answered != batch.verdicts.size()) return "more answers than commands";
  if (batch.range.end != books_.next) return "a batch holds what was not accepted, or lacks some";
  if (batch.first_held != books_.first_held) return "a batch dropped too much or too little";
  return {};
}

Verdict Ledger::judge(const Append& command) {
  const Books before = books_;
  std::vector<Appended> outcome;
  for (std::size_t i = 0; i < command.events.size(); ++i) {
    const NewEvent& event = command.events[i];
    const auto known = books_.by_key.find(event.key.low);
    if (known != books_.by_key.end() && known->second.offset >= books_.first_held) {
      ++duplicates_;
      outcome.push_back(known->second);
      outcome.back().duplicate = true;
      continue;
    }
    const std::size_t subject = subject_of(event);
    const std::uint64_t current = books_.versions[subject];
    if (event.expected_version && *event.expected_version != current) {
      ++conflicts_;
      books_ = before;
      return {command.author, Conflict{i, *event.expected_version, current}};
    }
    outcome.push_back(accept(event, subject));
  }
  return {command.author, std::move(outcome)};
}

Appended Ledger::accept(const NewEvent& event, std::size_t subject) {
  const Appended appended{
      .offset = books_.next, .subject_version = ++books_.versions[subject], .duplicate = false};
  books_.next = next(books_.next);
  books_.by_key[event.key.low] = appended;
  return appended;
}

}  // namespace courtside::simulation
