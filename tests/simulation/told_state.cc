#include "tests/simulation/told_state.h"

#include <algorithm>

namespace courtside::simulation {
namespace {

std::string at(Offset offset) { return " at " + std::to_string(offset.value()); }

}  // namespace

bool reaches(RecordView record, const std::vector<std::string>& channels) {
  for (const std::string_view channel : record.channels()) {
    if (std::find(channels.begin(), channels.end(), channel) != channels.end()) return true;
  }
  return false;
}

bool reaches_subject(RecordView record) {
  return reaches(record, {std::string(record.event().subject())});
}

std::string StateHistory::state(const std::string& subject, OffsetRange range) const {
  StateFold fold(subject);
  for (Offset offset = range.begin; offset < range.end; offset = next(offset)) {
    const RecordView record = at(offset);
    if (record.event().subject() == subject && reaches_subject(record)) {
      fold.apply(record, nullptr);
    }
  }
  return fold.empty() ? "" : fold.text();
}

std::set<std::string> StateHistory::states(const std::string& subject, Offset last) const {
  Offset last_event;
  for (Offset offset(1); offset <= last; offset = next(offset)) {
    if (at(offset).event().subject() == subject) last_event = offset;
  }
  std::set<std::string> texts;
  for (const Offset first_held : first_held_) {
    const bool is_gone = last_event != Offset(0) && last_event < first_held;
    texts.insert(is_gone ? "null" : state(subject, {first_held, next(last)}));
  }
  return texts;
}

std::string ToldState::on_state(const std::string& subject, Offset position,
                                std::string_view state) {
  if (begun_) return "a state behind an event";
  if (position != state_at_) return "a state of another position" + at(position);
  StateFold fold(subject);
  if (state == "null") {
    unknown_.insert(subject);
  } else if (!fold.resume(state)) {
    return "a state that is none" + at(position);
  }
  if (!folds_.emplace(subject, std::move(fold)).second) return "two states of " + subject;
  const std::set<std::string> right = history_.states(subject, position);
  if (!right.contains(std::string(state))) {
    return subject + " was not so" + at(position) + ": " + std::string(state);
  }
  return {};
}

std::string ToldState::on_event(Offset offset) {
  if (!state_at_) return "it is told late of its other epoch" + at(offset);
  if (std::string wrong = check_states(); !wrong.empty()) return wrong;
  if (offset >= history_.end()) return "an event that was never committed" + at(offset);
  if (offset < place_) return "an event that was told before, or that the state has," + at(offset);
  const RecordView record = history_.at(offset);
  if (!reaches(record, channels_)) return "an event that is not for it" + at(offset);
  if (std::string wrong = account_up_to(offset); !wrong.empty()) return wrong;
  place_ = next(offset);
  const std::string subject(record.event().subject());
  const bool is_told = std::find(channels_.begin(), channels_.end(), subject) != channels_.end();
  if (is_told && reaches_subject(record)) {
    folds_.try_emplace(subject, subject).first->second.apply(record, nullptr);
  }
  return {};
}

std::string ToldState::on_gap(OffsetRange lost) {
  if (!state_at_) {  // of another epoch: it has nothing of this one
    state_at_ = previous(lost.end);
    place_ = lost.end;
    return {};
  }
  if (!history_.dropped()) return "a gap where nothing was dropped" + at(lost.begin);
  if (lost.begin < place_) return "it has what is called lost" + at(lost.begin);
  lost_ = true;
  begun_ = true;
  std::string wrong = account_up_to(lost.begin);
  place_ = lost.end;
  return wrong;
}

std::string ToldState::on_live(Offset position) {
  if (!state_at_) return "it is never told of its other epoch" + at(position);
  if (std::string wrong = check_states(); !wrong.empty()) return wrong;
  if (live_) return "live twice" + at(position);
  live_ = true;
  return account_up_to(next(position));
}

std::string ToldState::on_behind(Offset position) {
  if (!live_) return "behind, but it was not live" + at(position);
  live_ = false;
  return account_up_to(next(position));
}

std::string ToldState::check_rest() const {
  if (!live_) return "waits for ever" + at(place_);
  for (Offset offset = place_; offset < history_.end(); offset = next(offset)) {
    if (reaches(history_.at(offset), channels_)) return "never got the event" + at(offset);
  }
  if (lost_) return {};
  for (const std::string& subject : channels_) {
    const auto fold = folds_.find(subject);
    const std::string is = fold == folds_.end() || fold->second.empty() ? "" : fold->second.text();
    auto right = history_.states(subject, previous(history_.end()));
    if (unknown_.contains(subject)) {
      right = {history_.state(subject, {next(*state_at_), history_.end()})};
    }
    if (!right.contains(is)) return subject + " became " + is + ", not " + *right.begin();
  }
  return {};
}

std::string ToldState::account_up_to(Offset end) {
  if (end > history_.end()) return "beyond the log" + at(end);
  for (Offset offset = place_; offset < end; offset = next(offset)) {
    if (reaches(history_.at(offset), channels_)) return "no word of the event" + at(offset);
  }
  place_ = std::max(place_, end);
  return {};
}

std::string ToldState::check_states() {
  if (begun_) return {};
  begun_ = true;
  for (const std::string& subject : channels_) {
    const auto right = history_.states(subject, *state_at_);
    if (!folds_.contains(subject) && !right.contains("")) {
      return "no word of " + subject + at(*state_at_);
    }
  }
  return {};
}

}  // namespace courtside::simulation
