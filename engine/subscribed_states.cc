#include "engine/subscribed_states.h"

#include <algorithm>
#include <utility>

#include "engine/state_view.h"
#include "schema/channel.h"

namespace courtside {

SubscribedStates::SubscribedStates(const Projections& projections, SharedInterest interest,
                                   Offset at)
    : projections_(projections),
      interest_(std::move(interest)),
      at_(at),
      sees_all_(interest_->filter.wants_every_channel()) {}

Result<void> SubscribedStates::read(const LogReader& log, const StateReader& reader) {
  if (at_ == Offset(0)) return {};
  for (const std::string& subject : interest_->filter.channels) {
    if (!is_channel(subject)) continue;
    Result<State> state = reader.state_at(subject, at_, view_of(subject));
    if (!state && state.error().code == Code::not_found) continue;
    if (!state && state.error().code != Code::position_expired) return fail(state.error());
    const auto added = add(log, subject, state ? std::move(state->json) : "null");
    if (!added) return added;
  }
  return {};
}

StateView SubscribedStates::view_of(const std::string& subject) const {
  if (sees_all_) return {};
  return view_by_channels(projections_, {subject}, interest_->lifts);
}

Result<void> SubscribedStates::add(const LogReader& log, const std::string& subject,
                                   std::string json) {
  bytes_ += json.size();
  if (bytes_ > kBytesMax) {
    return fail(Code::payload_too_large, "the states of so many channels are more than " +
                                             std::to_string(kBytesMax) + " bytes");
  }
  states_.push_back({.sub = interest_->sub,
                     .subject = subject,
                     .position = format_position(log.epoch(), at_),
                     .state = std::move(json)});
  return {};
}

}  // namespace courtside
