#include "bench/crowd.h"

#include <utility>

#include "base/format.h"
#include "bench/words.h"

namespace courtside {

Crowd::Crowd(BenchLoop& loop, const BenchAddress& address, OnEvent on_event)
    : loop_(loop), address_(address), on_event_(std::move(on_event)) {}

Subscriber& Crowd::add(std::string channel) {
  subscribers_.emplace_back();
  subscribers_.back().channel = std::move(channel);
  return subscribers_.back();
}

BenchClient& Crowd::connect(std::uint32_t number, int receive_buffer_bytes) {
  Subscriber& subscriber = subscribers_[number];
  const BenchClient::Options options{.number = number,
                                     .receive_buffer_bytes = receive_buffer_bytes};
  BenchClientHandler& handler = *this;
  subscriber.client = std::make_unique<BenchClient>(loop_, address_, options, handler);
  return *subscriber.client;
}

Result<void> Crowd::open(std::size_t opening_max) {
  std::uint32_t next = 0;
  std::size_t asked = 0;
  const std::size_t live_before = live_count_;
  const auto connect_more = [&] {
    while (next < subscribers_.size() && asked - (live_count_ - live_before) < opening_max) {
      if (!subscribers_[next].client) {
        connect(next);
        ++asked;
      }
      ++next;
    }
    return next == subscribers_.size() && live_count_ == subscribers_.size();
  };
  return loop_.run_until(connect_more, "subscribers to be live");
}

void Crowd::cut() {
  for (Subscriber& subscriber : subscribers_) {
    subscriber.client.reset();
    subscriber.live = false;
  }
  live_count_ = 0;
}

void Crowd::on_open(BenchClient& client) {
  Subscriber& subscriber = subscribers_[client.number()];
  subscriber.subscribed_ns = loop_.now_ns();
  if (subscriber.from_earliest && subscriber.epoch.empty()) {
    client.send(subscribe_from_earliest_message(subscriber.channel));
    return;
  }
  const std::string after =
      subscriber.epoch.empty() ? "" : format("{}:{}", subscriber.epoch, subscriber.offset);
  client.send(subscribe_message(subscriber.channel, after));
}

void Crowd::on_message(BenchClient& client, std::string_view message) {
  Subscriber& subscriber = subscribers_[client.number()];
  switch (word_of(message)) {
    case Word::kEvent: on_event(client.number(), subscriber, message); break;
    case Word::kLive: on_live(subscriber, message); break;
    case Word::kBehind: ++subscriber.times_behind; break;
    case Word::kGap:
    case Word::kError:
      loop_.fail({Code::internal, format("a subscriber was told: {}", message)});
      break;
    default: break;
  }
}

void Crowd::on_event(std::uint32_t number, Subscriber& subscriber, std::string_view message) {
  loop_.note_progress();
  const std::uint64_t offset = offset_of(position_of(message));
  if (offset <= subscriber.offset) {
    loop_.fail({Code::internal,
                format("an event came twice or out of order: {}", message.substr(0, 200))});
    return;
  }
  subscriber.offset = offset;
  ++subscriber.received;
  ++received_;
  if (on_event_) on_event_(number, subscriber);
}

void Crowd::on_live(Subscriber& subscriber, std::string_view message) {
  loop_.note_progress();
  const std::string_view position = position_of(message);
  subscriber.epoch.assign(position.substr(0, position.find(':')));
  subscriber.offset = offset_of(position);
  subscriber.live_ns = loop_.now_ns();
  if (++subscriber.times_live == 1) subscriber.joined_offset = subscriber.offset;
  if (!subscriber.live) {
    subscriber.live = true;
    ++live_count_;
  }
}

}  // namespace courtside
