#include "engine/delivery/subscribers.h"

#include <algorithm>
#include <utility>

namespace courtside {

SubscriberId Subscribers::add(SubscriberOwner& owner, SharedInterest interest, Subscription cursor,
                              Pace pace) {
  Audience& audience = join_audience(std::move(interest));
  return subscribers_.insert(
      {.owner = &owner, .audience = &audience, .cursor = cursor, .pace = pace});
}

void Subscribers::erase(SubscriberId id) {
  Subscriber& subscriber = *subscribers_.find(id);
  if (subscriber.cursor.live()) detach(subscriber);
  Audience& audience = *subscriber.audience;
  subscribers_.erase(id);
  leave_audience(audience);
}

void Subscribers::change_interest(Subscriber& subscriber, SharedInterest interest) {
  Audience& before = *subscriber.audience;
  subscriber.audience = &join_audience(std::move(interest));
  leave_audience(before);
}

// Every list of the index that an audience with this interest stands in.
template <typename Visit>
void Subscribers::for_each_index_list(const Interest& interest, Visit visit) {
  if (interest.filter.wants_every_channel()) {
    visit(everything_);
    return;
  }
  for (const std::string& channel : interest.filter.channels) {
    if (is_channel_pattern(channel)) {
      visit(by_kind_[std::string(channel_kind(channel))]);
    } else {
      visit(by_channel_[channel]);
    }
  }
}

Audience& Subscribers::join_audience(SharedInterest interest) {
  auto [entry, is_new] = audiences_.try_emplace(interest->key());
  if (is_new) {
    entry->second = std::make_unique<Audience>();
    Audience& audience = *entry->second;
    audience.interest = std::move(interest);
    for_each_index_list(*audience.interest,
                        [&](std::vector<Audience*>& list) { list.push_back(&audience); });
  }
  ++entry->second->subscribers;
  return *entry->second;
}

void Subscribers::leave_audience(Audience& audience) {
  if (--audience.subscribers > 0) return;
  const SharedInterest interest = audience.interest;
  for_each_index_list(*interest, [&](std::vector<Audience*>& list) {
    list.erase(std::find(list.begin(), list.end(), &audience));
  });
  // Lists that became empty go too: channels come and go, the index must not only grow.
  for (const std::string& channel : interest->filter.channels) {
    Index& index = is_channel_pattern(channel) ? by_kind_ : by_channel_;
    const auto entry = channel == "*"                ? index.end()
                       : is_channel_pattern(channel) ? index.find(channel_kind(channel))
                                                     : index.find(std::string_view(channel));
    if (entry != index.end() && entry->second.empty()) index.erase(entry);
  }
  audiences_.erase(interest->key());
}

void Subscribers::attach(SubscriberId id, Subscriber& subscriber) {
  subscriber.member_index = static_cast<std::uint32_t>(subscriber.audience->members.size());
  subscriber.audience->members.push_back(id);
}

void Subscribers::detach(Subscriber& subscriber) {
  std::vector<SubscriberId>& members = subscriber.audience->members;
  const SubscriberId last = members.back();
  members[subscriber.member_index] = last;
  subscribers_.find(last)->member_index = subscriber.member_index;
  members.pop_back();
}

void SubscriberOwner::send_message(const Wire& wire, const protocol::ServerMessage& message) {
  std::string bytes;
  wire.append_message(bytes, message);
  if (!bytes.empty()) send_frames(SharedBytes(std::move(bytes)));
}

void send_message(const Subscriber& subscriber, const protocol::ServerMessage& message) {
  subscriber.owner->send_message(*subscriber.audience->interest->wire, message);
}

}  // namespace courtside
