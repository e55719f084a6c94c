#include "replay/subscription.h"

#include "base/check.h"

namespace courtside {

Step Subscription::next_step() {
  if (state_ != State::kCatchingUp || congested_ || suspended_) return {};
  if (next_ < held_.begin) {
    const OffsetRange lost{next_, held_.begin};
    next_ = held_.begin;
    return {Step::Kind::kGap, lost};
  }
  if (next_ > held_.end) return {};  // this shard has not received the commit yet
  if (next_ == held_.end) {
    state_ = State::kLive;
    return {Step::Kind::kGoLive, {next_, next_}};
  }
  state_ = State::kReading;
  return {Step::Kind::kRead, {next_, held_.end}};
}

Step Subscription::on_commit(OffsetRange committed, OffsetRange held) {
  COURTSIDE_CHECK(held_.begin <= held.begin && held_.end <= held.end);
  COURTSIDE_CHECK(committed.begin <= committed.end && committed.end <= held.end);
  held_ = held;
  if (state_ != State::kLive || committed.empty()) return {};
  COURTSIDE_CHECK(next_ <= committed.begin);
  if (congested_) {
    state_ = State::kCatchingUp;
    next_ = committed.begin;
    return {Step::Kind::kFallBehind, committed};
  }
  next_ = committed.end;
  return {Step::Kind::kDeliver, committed};
}

void Subscription::suspend(Offset from) {
  suspended_ = true;
  if (state_ != State::kLive) return;
  COURTSIDE_CHECK(next_ <= from);
  state_ = State::kCatchingUp;
  next_ = from;
}

Step Subscription::on_page_read(OffsetRange covered) {
  COURTSIDE_CHECK(state_ == State::kReading);
  COURTSIDE_CHECK(next_ <= covered.begin && covered.begin <= covered.end);
  state_ = State::kPage;
  page_end_ = covered.end;
  if (next_ == covered.begin) return {};
  const OffsetRange lost{next_, covered.begin};
  next_ = covered.begin;
  return {Step::Kind::kGap, lost};
}

void Subscription::on_page(Offset covered_end) {
  COURTSIDE_CHECK(state_ == State::kPage);
  COURTSIDE_CHECK(next_ <= covered_end && covered_end <= page_end_);
  state_ = State::kCatchingUp;
  next_ = covered_end;
}

void Subscription::on_read_failed() {
  COURTSIDE_CHECK(reading());
  state_ = State::kCatchingUp;
}

}  // namespace courtside
