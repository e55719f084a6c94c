#include "tests/e2e/support/rover.h"

#include <functional>
#include <utility>

#include "tests/e2e/support/load_run.h"

namespace courtside::e2e {
namespace {

std::size_t digest(std::string_view bytes) { return std::hash<std::string_view>{}(bytes); }

}  // namespace

void Rover::connect() {
  session_.emplace(connect_patiently(port_));
  session_->show_progress();
  if (session_->epoch() != cursor_.epoch) give_up("the log is another one: " + session_->epoch());
  session_->say(
      subscribe_message({.channels = channels_, .from = after(cursor_.text()), .types = types_}));
  is_live_ = false;
  ++connects_;
}

void Rover::advance(const std::string& position) {
  const Place place = Place::parse(position);
  if (place.epoch != cursor_.epoch) give_up("a position of another log: " + position);
  if (place.offset < cursor_.offset) {
    give_up("told to stand at " + position + " after " + cursor_.text());
  }
  cursor_ = place;
}

void Rover::take(const Json& message) {
  const std::string type = message["type"].text();
  if (type == "event") {
    const Delivered event = delivered(message);
    if (event.place.epoch != cursor_.epoch || event.place.offset <= cursor_.offset) {
      give_up("came twice or out of order: " + event.place.text() + " after " + cursor_.text());
    }
    cursor_ = event.place;
    seen_.push_back({event.place.offset, digest(event.event.raw())});
  } else if (type == "live") {
    is_live_ = true;
    advance(message["position"].text());
  } else if (type == "behind") {
    is_live_ = false;
    ++behinds_;
  } else if (type == "progress") {
    if (is_live_) advance(message["position"].text());
  } else if (type != "subscribed" && type != "draining") {
    give_up("a subscriber at " + cursor_.text() + " was told " + std::string(message.raw()));
  }
}

void Rover::follow(milliseconds time) {
  const Deadline deadline(time);
  try {
    if (!session_) connect();
    while (!deadline.expired()) {
      const std::optional<Json> message = session_->try_next(deadline);
      if (message) take(*message);
    }
  } catch (const Disconnected&) {
    session_.reset();
  }
}

void Rover::follow_to(std::uint64_t offset, Deadline deadline) {
  while (cursor_.offset < offset) {
    if (deadline.expired()) {
      give_up("stuck at " + cursor_.text() + ", wanted " + std::to_string(offset));
    }
    try {
      if (!session_) connect();
      take(session_->next(deadline));
    } catch (const Disconnected&) {
      session_.reset();
    }
  }
}

void Rover::cut(Cut how) {
  if (!session_) return;
  switch (how) {
    case Cut::kReset: session_->ws().socket().reset(); break;
    case Cut::kHalfOpen:
      if (abandoned_) abandoned_->ws().socket().reset();
      abandoned_.emplace(std::move(*session_));
      break;
    case Cut::kClean:
      // Events in flight count: a client handles them before it sees the close.
      try {
        session_->ws().send_close(1000);
        while (true) take(session_->next());
      } catch (const Disconnected&) {
      }
      break;
  }
  session_.reset();
}

void Rover::expect_matches(const std::vector<Logged>& log,
                           const std::function<bool(const Logged&)>& is_mine) const {
  std::size_t index = 0;
  for (const Logged& event : log) {
    if (!is_mine(event)) continue;
    const Seen wanted{event.offset, digest(event.event.raw())};
    if (index == seen_.size() || seen_[index] != wanted) {
      give_up("the subscriber of " + channels_.front() + " misses offset " +
              std::to_string(event.offset) + ", or saw it otherwise; it saw " +
              (index == seen_.size() ? "nothing more" : std::to_string(seen_[index].offset)));
    }
    ++index;
  }
  if (index != seen_.size()) {
    give_up("the subscriber of " + channels_.front() +
            " saw an event that is not in the log: " + std::to_string(seen_[index].offset));
  }
}

}  // namespace courtside::e2e
