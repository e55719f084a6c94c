#include "engine/delivery/subscribed_states.h"

#include <algorithm>
#include <utility>

#include "base/format.h"
#include "base/json.h"
#include "engine/history/state_view.h"
#include "schema/channel.h"

namespace courtside {

SubscribedStates::SubscribedStates(const Projections& projections, SharedInterest interest,
                                   Offset at)
    : projections_(projections),
      interest_(std::move(interest)),
      at_(at),
      sees_all_(interest_->filter.wants_every_channel()) {}

Result<bool> SubscribedStates::read_on(const LogReader& log, const StateReader& reader,
                                       std::uint64_t scanned_max) {
  const std::vector<std::string>& channels = interest_->filter.channels;
  if (at_ == Offset(0)) return true;
  for (std::uint64_t left = scanned_max; next_channel_ < channels.size(); ++next_channel_) {
    const std::string& subject = channels[next_channel_];
    if (!is_channel(subject)) continue;
    if (left == 0) return false;
    if (!read_) read_.emplace(StateRead{.subject = subject, .at = at_, .view = view_of(subject)});
    const std::uint64_t scanned_before = read_->scanned;
    const Result<bool> done = read_subject(log, reader, left);
    if (!done) return fail(done.error());
    if (!*done) return false;
    left -= std::min(left, std::max(read_->scanned - scanned_before, kSubjectCost));
    read_.reset();
  }
  return true;
}

Result<bool> SubscribedStates::read_subject(const LogReader& log, const StateReader& reader,
                                            std::uint64_t scanned_max) {
  const Result<bool> done = reader.read_on(*read_, scanned_max);
  if (done && !*done) return false;
  if (!done && done.error().code == Code::not_found) return true;
  if (!done && done.error().code != Code::position_expired) return done;
  const Result<void> added =
      add(log, read_->subject, done ? StateReader::state(*read_).json : "null");
  if (!added) return fail(added.error());
  return true;
}

StateView SubscribedStates::view_of(const std::string& subject) const {
  if (sees_all_) return {};
  return view_by_channels(projections_, {subject}, interest_->unmasked_permissions);
}

Result<void> SubscribedStates::add(const LogReader& log, const std::string& subject,
                                   std::string json) {
  bytes_ += json.size();
  if (bytes_ > kBytesMax) {
    return fail(Code::payload_too_large,
                format("the states of so many channels are more than {} bytes", kBytesMax),
                JsonObject().number("limit", kBytesMax).take());
  }
  states_.push_back({.sub = interest_->sub,
                     .subject = subject,
                     .position = format_position(log.epoch(), at_),
                     .state = std::move(json)});
  return {};
}

}  // namespace courtside
