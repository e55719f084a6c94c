#include "tests/e2e/support/test_session.h"

#include <charconv>
#include <map>

#include "tests/e2e/support/json_schema.h"

namespace courtside::e2e {
namespace {

std::string list(const std::vector<std::string>& texts) {
  std::string out = "[";
  for (const std::string& text : texts) out += (out.size() > 1 ? "," : "") + json_string(text);
  return out + "]";
}

// Checks that docs/asyncapi.json describes this message. Only a part of many messages of one type
// is checked, because a check is expensive.
void expect_described(const Json& message, const std::string& type) {
  thread_local const JsonSchemas schemas = JsonSchemas::of_file("docs/asyncapi.json");
  thread_local std::map<std::string, int> seen;
  const int count = seen[type]++;
  if (count >= 20 && count % 100 != 0) return;
  const Json schema = schemas.at("#/components/messages/server_" + type)["payload"];
  const std::string wrong = schemas.judge(schema, message);
  if (!wrong.empty()) give_up("not as docs/asyncapi.json has it: " + wrong);
}

std::string type_of(const Json& message) { return message["type"].text(); }

}  // namespace

Place Place::parse(std::string_view text) {
  const std::size_t colon = text.find(':');
  Place place{std::string(text.substr(0, colon)), 0};
  const char* const end = text.data() + text.size();
  if (colon == std::string_view::npos || colon == 0 ||
      std::from_chars(text.data() + colon + 1, end, place.offset).ptr != end ||
      place.text() != text) {
    give_up("no position: " + std::string(text));
  }
  return place;
}

std::string subscribe_message(const Subscription& subscription) {
  std::string message = R"({"type":"subscribe","id":)" + std::to_string(subscription.id) +
                        R"(,"sub":)" + std::to_string(subscription.sub) + R"(,"channels":)" +
                        list(subscription.channels);
  if (!subscription.from.empty()) message += R"(,"from":)" + subscription.from;
  if (!subscription.types.empty()) message += R"(,"types":)" + list(subscription.types);
  return message + subscription.more + "}";
}

std::string after(std::string_view position) {
  return R"({"after":)" + json_string(position) + "}";
}

namespace {

// From a message, or from an item of a batch, which has no `sub`.
Delivered delivered_in(const Json& message) {
  std::optional<Json> event;
  std::int64_t sub = 0;
  Place place;
  for (const auto& [name, value] : message.members()) {
    if (event) give_up("`event` is not last: " + std::string(message.raw()).substr(0, 400));
    if (name == "sub") sub = value.number();
    if (name == "position") place = Place::parse(value.text());
    if (name == "event") event = value;
  }
  if (!event) give_up("no event in " + std::string(message.raw()));
  return {sub, place, *event};
}

}  // namespace

Delivered delivered(const Json& message) {
  if (type_of(message) != "event") give_up("no event: " + std::string(message.raw()));
  return delivered_in(message);
}

std::vector<Delivered> delivered_batch(const Json& message) {
  if (type_of(message) != "events") give_up("no batch: " + std::string(message.raw()));
  std::vector<Delivered> events;
  for (const Json& item : message["events"].items()) {
    events.push_back(delivered_in(item));
    events.back().sub = message["sub"].number();
  }
  if (events.empty()) give_up("an empty batch");
  return events;
}

Session::Session(std::uint16_t port, WsClient::Options options) : ws_(port, options) {
  if (!ws_.upgraded()) {
    give_up("no upgrade: " + std::to_string(ws_.handshake().status) + " " + ws_.handshake().body);
  }
  hello();
}

Session Session::silent(std::uint16_t port, WsClient::Options options) {
  return Session(WsClient(port, options), 0);
}

void Session::hello() {
  say(R"({"type":"hello","client":"e2e/1"})");
  welcome_ = expect("welcome");
}

// The next message that is not about the connection itself; empty after the deadline.
std::optional<Json> Session::read(Deadline deadline) {
  while (true) {
    Incoming incoming = ws_.receive(deadline);
    switch (incoming.kind) {
      case Incoming::Kind::kNothing: return std::nullopt;
      case Incoming::Kind::kPing:
      case Incoming::Kind::kPong: continue;
      case Incoming::Kind::kEnd: throw Disconnected("the connection ended without a close frame");
      case Incoming::Kind::kClose:
        throw Disconnected("closed with " + std::to_string(incoming.close_code) + " " +
                           incoming.payload);
      case Incoming::Kind::kBinary: give_up("a binary message on a text subprotocol");
      case Incoming::Kind::kText: break;
    }
    Json message = Json::parse(std::move(incoming.payload));
    const std::string type = type_of(message);
    expect_described(message, type);
    if (type == "ping") say(R"({"type":"pong"})");
    if (type != "ping" && (type != "progress" || shows_progress_)) return message;
  }
}

std::optional<Json> Session::try_next(Deadline deadline) { return read(deadline); }

Json Session::next(Deadline deadline) {
  std::optional<Json> message = read(deadline);
  if (!message) give_up("no message came");
  return *message;
}

Json Session::expect(std::string_view type, Deadline deadline) {
  Json message = next(deadline);
  if (type_of(message) != type) {
    give_up("expected " + std::string(type) + ", got " + std::string(message.raw()));
  }
  return message;
}

Json Session::await(std::string_view type, Deadline deadline) {
  while (true) {
    Json message = next(deadline);
    if (type_of(message) == type) return message;
  }
}

Json Session::expect_error(std::string_view code, Deadline deadline) {
  Json message = expect("error", deadline);
  if (message["code"].text() != code) {
    give_up("expected error " + std::string(code) + ", got " + std::string(message.raw()));
  }
  return message;
}

Delivered Session::expect_event(Deadline deadline) { return delivered(expect("event", deadline)); }

Json Session::subscribe(const Subscription& subscription) {
  say(subscribe_message(subscription));
  Json subscribed = expect("subscribed");
  if (subscribed["id"].number() != subscription.id ||
      subscribed["sub"].number() != subscription.sub) {
    give_up("not the answer to our subscribe: " + std::string(subscribed.raw()));
  }
  return subscribed;
}

Json Session::publish(std::string_view event, std::optional<std::uint64_t> expected_version) {
  const int id = next_id_++;
  std::string message =
      R"({"type":"publish","id":)" + std::to_string(id) + R"(,"event":)" + std::string(event);
  if (expected_version) message += R"(,"expectedversion":)" + std::to_string(*expected_version);
  say(message + "}");
  while (true) {
    Json answer = next();
    const std::string type = type_of(answer);
    if ((type == "ok" || type == "error") && answer.has("id") && answer["id"].number() == id) {
      return answer;
    }
  }
}

Ended Session::read_to_end(Deadline deadline) {
  while (true) {
    Incoming incoming = ws_.receive(deadline);
    if (incoming.kind == Incoming::Kind::kClose) return {incoming.close_code, incoming.payload};
    if (incoming.kind == Incoming::Kind::kEnd) return {};
    if (incoming.kind == Incoming::Kind::kNothing) give_up("the server does not close");
  }
}

}  // namespace courtside::e2e
