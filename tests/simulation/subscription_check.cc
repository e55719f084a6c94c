#include "tests/simulation/subscription_check.h"

namespace courtside::simulation {

void SubscriptionCheck::on_begin(Offset start, const LogAtSend& log) {
  if (place_ && *place_ != start) complain("it begins elsewhere than it asked for,", start);
  if (start > log.end) complain("it begins behind the end of the log,", start);
  place_ = start;
}

void SubscriptionCheck::on_event(Offset offset, const std::string& id, const LogAtSend& log) {
  ++events_;
  if (offset >= truth_->end() || truth_->id_at(offset) != id) {
    return complain("not what was committed: " + id, offset);
  }
  if (!truth_->wants(channels_, offset)) return complain("an event that is not for it,", offset);
  if (offset < *place_) return complain("twice, or out of order,", offset);
  if (!truth_->was_readable(account_, channels_, offset, log.end)) {
    complain("it had lost the right to the event", offset);
  }
  account_up_to(offset, "an event");
  place_ = next(offset);
}

void SubscriptionCheck::on_live(Offset last) {
  if (is_live_) complain("live twice,", last);
  is_live_ = true;
  account_up_to(next(last), "live");
}

void SubscriptionCheck::on_behind(Offset last) {
  ++behinds_;
  if (!is_live_) complain("behind, and it was not live,", last);
  is_live_ = false;
  account_up_to(next(last), "behind");
}

void SubscriptionCheck::on_progress(Offset last) { account_up_to(next(last), "progress"); }

void SubscriptionCheck::on_gap(OffsetRange lost, const LogAtSend& log) {
  ++gaps_;
  if (is_live_) complain("live, and told of a gap", lost.begin);
  if (lost.begin >= lost.end) complain("an empty gap", lost.begin);
  if (lost.begin < *place_) complain("it has what is called lost", lost.begin);
  if (lost.end > log.first_held) complain("a false gap up to", lost.end);
  account_up_to(lost.begin, "a gap");
  place_ = lost.end;
}

void SubscriptionCheck::account_up_to(Offset end, const char* before) {
  if (end < *place_) return complain("goes back,", end);
  if (end > truth_->end()) return complain("beyond the log,", end);
  const Offset missed = truth_->first_wanted(channels_, {*place_, end});
  if (missed < end) complain(std::string("missing before ") + before + ": event", missed);
  place_ = end;
}

std::string SubscriptionCheck::check_rest() const {
  const std::string which = "list " + std::to_string(channels_) + ": ";
  if (!is_live_) return which + "it waits for ever to be live";
  const Offset missed = truth_->first_wanted(channels_, {*place_, truth_->end()});
  if (missed == truth_->end()) return {};
  return which + "it never got event " + std::to_string(missed.value());
}

void SubscriptionCheck::complain(const std::string& what, Offset offset) {
  if (!complaint_.empty()) return;
  complaint_ = account_name(account_) + ", list " + std::to_string(channels_) + ", at " +
               std::to_string(place_.value_or(Offset()).value()) + ": " + what + " " +
               std::to_string(offset.value());
}

}  // namespace courtside::simulation
