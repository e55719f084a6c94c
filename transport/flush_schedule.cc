#include "transport/flush_schedule.h"

#include <algorithm>

namespace courtside {

void FlushSchedule::add(Flushable& member, Urgency urgency) {
  if (member.place_ != Flushable::kNone) {
    if (member.urgency_ == Urgency::kReply || urgency == Urgency::kPaced) return;
    remove(member);  // it was paced, now it is urgent
  }
  List& list = list_of(urgency);
  member.place_ = static_cast<std::uint32_t>(list.size());
  member.urgency_ = urgency;
  list.push_back(&member);
}

void FlushSchedule::remove(Flushable& member) {
  if (member.place_ == Flushable::kNone) return;
  list_of(member.urgency_)[member.place_] = nullptr;
  member.place_ = Flushable::kNone;
}

void FlushSchedule::run() {
  if (!replies_.empty()) flush_all(replies_);
  if (paced_.empty()) return;
  const std::uint64_t begin_us = clock_us_();
  if (begin_us < paced_from_us_) return;
  const std::size_t count = flush_all(paced_);
  paced_from_us_ = 0;
  if (count <= kManyConnections) return;
  const std::uint64_t end_us = clock_us_();
  paced_from_us_ = end_us + std::min(end_us - begin_us, pause_max_us_);
}

std::optional<std::uint64_t> FlushSchedule::paced_wait_us() const {
  if (paced_.empty()) return std::nullopt;
  const std::uint64_t now_us = clock_us_();
  return now_us < paced_from_us_ ? paced_from_us_ - now_us : 0;
}

std::size_t FlushSchedule::flush_all(List& list) {
  running_.clear();
  running_.swap(list);
  for (Flushable* member : running_) {
    if (member != nullptr) member->place_ = Flushable::kNone;
  }
  std::size_t count = 0;
  for (Flushable* member : running_) {
    if (member == nullptr) continue;
    member->flush();
    ++count;
  }
  return count;
}

}  // namespace courtside
