#include "tests/simulation/session_client.h"

#include <algorithm>
#include <utility>

#include "base/json.h"

namespace courtside::simulation {
namespace {

std::string plain_message(std::string_view type) {
  JsonObject message;
  message.text("type", type);
  return message.take();
}

}  // namespace

SessionClient::SessionClient(std::size_t number, std::size_t account,
                             const std::vector<std::size_t>& reading, const LogTruth& truth,
                             Random& random)
    : ServerClient(number, account, truth, random) {
  for (const std::size_t channels : reading) {
    readings_.push_back(
        {.told = SubscriptionCheck(truth, account, channels), .start = any_start()});
  }
}

// ---------------------------------------------------------------------------------------------
// Its connection.

HttpRequest SessionClient::request() {
  return {.method = "GET",
          .target = "/v1/ws",
          .headers = {{"host", "sim"},
                      {"connection", "upgrade"},
                      {"upgrade", "websocket"},
                      {"sec-websocket-version", "13"},
                      {"sec-websocket-key", "AAAAAAAAAAAAAAAAAAAAAA=="},
                      {"sec-websocket-protocol", "courtside.v1.json"}},
          .body = {},
          .upgrade = true};
}

void SessionClient::on_upgraded() {
  set_state(State::kGreeting);
  JsonObject hello;
  hello.text("type", "hello").text("token", account_name(account()));
  say(hello.take());
}

void SessionClient::on_left() {
  for (Reading& reading : readings_) {
    reading.told.on_end();
    reading = {.told = std::move(reading.told), .start = std::move(reading.start)};
  }
  for (const auto& [request, publish] : publishes_) unsure_.push_back(publish.id);
  publishes_.clear();
  pings_ = 0;
}

// ---------------------------------------------------------------------------------------------
// What it says.

void SessionClient::act() {
  if (state() != State::kIn) return;
  const std::uint64_t choice = random().below(16);
  Reading& reading = readings_[random().below(readings_.size())];
  if (choice < 4) {
    want_all();
  } else if (choice < 13) {
    publish();
  } else if (choice == 13) {
    unsubscribe(reading);
  } else {
    ++pings_;
    say(plain_message("ping"));
  }
}

void SessionClient::want_all() {
  if (state() != State::kIn) return;
  for (Reading& reading : readings_) subscribe(reading);
}

// From 1.
std::uint64_t SessionClient::number_of(const Reading& reading) const {
  return static_cast<std::uint64_t>(&reading - readings_.data()) + 1;
}

std::string SessionClient::any_start() {
  if (random().one_in(2)) return R"("earliest")";
  if (random().one_in(2)) return R"("now")";
  JsonObject from;
  return from.number("last", random().between(1, 4)).take();
}

void SessionClient::subscribe(Reading& reading) {
  if (reading.asked != 0 || reading.is_begun || reading.leaving != 0) return;
  reading.asked = ++last_request_;
  if (const auto place = reading.told.place()) {
    JsonObject from;
    reading.start = from.text("after", format_position(kServerEpoch, previous(*place))).take();
    ++counters_.resumed;
  }
  JsonObject message;
  message.text("type", "subscribe")
      .number("id", reading.asked)
      .number("sub", number_of(reading))
      .texts("channels", channel_lists()[reading.told.channels()])
      .raw("from", reading.start);
  if (random().one_in(3)) message.boolean("state", true);
  reading.is_batched = random().one_in(2);
  if (reading.is_batched) message.boolean("batch", true);
  reading.members = random().one_in(3) ? 2 : 0;
  if (reading.members > 0) message.texts("fields", {"id", "type"});
  say(message.take());
}

void SessionClient::unsubscribe(Reading& reading) {
  if (reading.leaving != 0 || (reading.asked == 0 && !reading.is_begun)) return;
  reading.leaving = ++last_request_;
  JsonObject message;
  message.text("type", "unsubscribe")
      .number("id", reading.leaving)
      .number("sub", number_of(reading));
  say(message.take());
}

void SessionClient::publish() {
  Publish publish{.id = name() + "-" + std::to_string(last_event_ + 1)};
  if (!unsure_.empty() && random().one_in(2)) {
    publish = {.id = unsure_.back(), .is_repeat = true};
    unsure_.pop_back();
  } else {
    ++last_event_;
  }
  JsonObject data;
  data.text("room", std::to_string(random().below(kRooms)))
      .text("venue", std::to_string(random().below(kVenues)));
  JsonObject event;
  event.text("specversion", "1.0")
      .text("id", publish.id)
      .text("source", "/" + name())
      .text("type", "note.added")
      .text("subject", "room:" + std::to_string(random().below(kRooms)))
      .text("time", "2026-11-01T10:00:00Z")
      .raw("data", data.take());
  JsonObject message;
  message.text("type", "publish").number("id", ++last_request_).raw("event", event.take());
  if (random().one_in(16)) message.number("expectedversion", random().below(4));
  publishes_.emplace(last_request_, std::move(publish));
  say(message.take());
}

// ---------------------------------------------------------------------------------------------
// What it hears.

void SessionClient::hear(const SimulatedConnection::Block& block) {
  for (const std::string& text : payloads_of(block.bytes.view())) {
    hear_message(parse_server_message(text), block.log);
  }
}

void SessionClient::hear_message(const ServerMessage& message, const LogAtSend& log) {
  const std::string& type = message.type;
  if (type == "welcome") {
    set_state(State::kIn);
  } else if (type == "subscribed") {
    hear_subscribed(message, log);
  } else if (type == "ok" || type == "error") {
    hear_answer(message);
  } else if (type == "pong") {
    if (pings_-- == 0) complain("a pong without a ping:", message);
  } else if (type == "draining") {
    hear_draining();
  } else if (type == "progress") {
    for (Reading& reading : readings_) {
      if (reading.told.is_live()) reading.told.on_progress(message.position);
    }
  } else if (message.sub != 0) {
    hear_of(readings_[message.sub - 1], message, log);
  }
}

void SessionClient::hear_of(Reading& reading, const ServerMessage& message, const LogAtSend& log) {
  const std::string& type = message.type;
  if (!reading.is_begun) return complain("not subscribed, and told of", message);
  if (type == "event" || type == "events") {
    if ((type == "events") != reading.is_batched) complain("not asked for:", message);
    if (type == "event") hear_event(reading, message, log);
    for (const ServerMessage& event : message.events) hear_event(reading, event, log);
  } else if (type == "gap") {
    if (message.is_foreign) return complain("a gap of another log:", message);
    reading.told.on_gap({message.from, next(message.to)}, log);
  } else if (type == "live") {
    reading.told.on_live(message.position);
  } else if (type == "behind") {
    reading.told.on_behind(message.position);
  } else if (type == "unsubscribed") {
    ++counters_.unsubscribed;
    reading.is_begun = false;
    reading.told.on_end();
  }
}

void SessionClient::hear_event(Reading& reading, const ServerMessage& message,
                               const LogAtSend& log) {
  check_author(message);
  if (reading.members > 0 && message.event_members != reading.members) {
    complain("not the fields that it asked for:", message);
  }
  reading.told.on_event(message.position, message.event_id, log);
}

void SessionClient::hear_answer(const ServerMessage& message) {
  const bool is_ok = message.type == "ok";
  if (const auto found = publishes_.find(message.id); found != publishes_.end()) {
    const Publish publish = std::move(found->second);
    publishes_.erase(found);
    if (is_ok) return hear_ok(message, publish);
    ++counters_.refused;
    return;
  }
  for (Reading& reading : readings_) {
    if (message.id == reading.asked && !is_ok) {
      ++counters_.refused;
      reading.asked = 0;
      return;
    }
    if (message.id == reading.leaving) {
      reading.leaving = 0;
      if (!is_ok) return;
      reading.is_begun = false;
      reading.told.on_end();
      return;
    }
  }
  complain("answered again, or unasked:", message);
}

void SessionClient::hear_ok(const ServerMessage& message, const Publish& publish) {
  ++counters_.acknowledged;
  if (publish.is_repeat) ++counters_.duplicates;
  if (message.position >= truth().end() || truth().id_at(message.position) != publish.id) {
    complain("acknowledged, and not in the log: " + publish.id, message);
  }
}

void SessionClient::hear_subscribed(const ServerMessage& message, const LogAtSend& log) {
  for (Reading& reading : readings_) {
    if (reading.asked != message.id) continue;
    reading.asked = 0;
    reading.is_begun = true;
    if (message.is_foreign) complain("its position is of another log:", message);
    return reading.told.on_begin(next(message.position), log);
  }
  complain("answered again, or unasked:", message);
}

// An application that publishes and subscribes finds its own event known.
void SessionClient::check_author(const ServerMessage& message) {
  const auto is_own = [&](const auto& entry) {
    return entry.second.id == message.event_id && !entry.second.is_repeat;
  };
  if (std::any_of(publishes_.begin(), publishes_.end(), is_own)) {
    complain("its own event came before the answer:", message);
  }
}

// What was committed before the goodbye was answered before it.
void SessionClient::hear_draining() {
  ++counters_.drained;
  for (const auto& [request, publish] : publishes_) {
    if (!publish.is_repeat && truth().find(publish.id)) {
      complain("said goodbye to before the answer to " + publish.id, {.type = "draining"});
    }
  }
}

std::string SessionClient::check_rest() const {
  if (state() != State::kIn) return name() + " does not get in";
  if (!publishes_.empty()) return name() + " waits for ever for an answer to a publish";
  if (pings_ != 0) return name() + " waits for ever for a pong";
  for (const Reading& reading : readings_) {
    if (!reading.is_begun) return name() + " waits for ever for its subscription";
    const std::string missing = reading.told.check_rest();
    if (!missing.empty()) return name() + ", " + missing;
  }
  return {};
}

std::string SessionClient::complaint() const {
  for (const Reading& reading : readings_) {
    if (!reading.told.complaint().empty()) return name() + " of " + reading.told.complaint();
  }
  return complaint_;
}

ServerClientCounters SessionClient::counters() const {
  ServerClientCounters all = counters_;
  for (const Reading& reading : readings_) {
    all.events += reading.told.events();
    all.gaps += reading.told.gaps();
    all.behinds += reading.told.behinds();
  }
  return all;
}

void SessionClient::complain(const std::string& what, const ServerMessage& message) {
  if (!complaint_.empty()) return;
  complaint_ = name() + " of " + account_name(account()) + ", sub " + std::to_string(message.sub) +
               ": " + what + " " + message.type + " " + std::to_string(message.position.value()) +
               " " + message.event_id;
}

}  // namespace courtside::simulation
