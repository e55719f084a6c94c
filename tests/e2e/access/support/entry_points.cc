#include "tests/e2e/access/support/entry_points.h"

#include "tests/e2e/access/support/platform.h"
#include "tests/e2e/support/sse_client.h"

namespace courtside::e2e {
namespace {

constexpr const char* kOpen = "R";
constexpr const char* kShut = ".";

// A reader of everything would also receive the `audit.queried` events of its own reads.
const std::vector<std::string> kTypes = {"test.*"};

}  // namespace

EntryPoints::EntryPoints(std::uint16_t port, const std::string& credential)
    : port_(port),
      headers_(bearer(credential)),
      code_(credential.empty() ? "unauthorized" : "forbidden"),
      status_(credential.empty() ? 401 : 403),
      http_(port, headers_) {
  const WsClient::Options options{.headers = headers_};
  const WsClient probe(port, options);
  if (probe.upgraded()) {
    session_.emplace(port, options);
  } else if (probe.handshake().status != 403) {
    give_up("the upgrade: " + std::to_string(probe.handshake().status));
  }
}

// A refusal is a single message: the ping is answered next.
std::string EntryPoints::refused(const Json& message) {
  if (message["type"].text() != "error" || message["code"].text() != code_) {
    return std::string(message.raw());
  }
  session_->say(R"({"type":"ping"})");
  const Json next = session_->next();
  return next["type"].text() == "pong" ? kShut : "after the refusal: " + std::string(next.raw());
}

std::string EntryPoints::refused(const HttpResponse& answer) {
  const bool right = answer.status == status_ && answer.json()["code"].text() == code_ &&
                     answer.header("content-type") == "application/problem+json";
  return right ? kShut : std::to_string(answer.status) + " " + answer.body;
}

std::string EntryPoints::live(int sub, const std::string& channel) {
  if (shut()) return kShut;
  session_->say(
      subscribe_message({.sub = sub, .channels = {channel}, .types = kTypes, .id = ++request_}));
  const Json answer = session_->next();
  if (answer["type"].text() != "subscribed") return refused(answer);
  const Json live = session_->next();
  return live["type"].text() == "live" ? kOpen : std::string(live.raw());
}

std::map<int, std::set<std::string>> EntryPoints::hear(const std::set<int>& subs) {
  std::map<int, std::set<std::string>> heard;
  if (shut()) return heard;
  while (heard.size() < subs.size()) {
    const Delivered event = session_->expect_event();
    heard[static_cast<int>(event.sub)].insert(event.event["id"].text());
  }
  session_->say(R"({"type":"ping"})");
  for (Json message = session_->next(); message["type"].text() != "pong";
       message = session_->next()) {
    const Delivered event = delivered(message);
    heard[static_cast<int>(event.sub)].insert(event.event["id"].text());
  }
  return heard;
}

std::string EntryPoints::resume(const std::string& channel, const std::string& from) {
  if (shut()) return kShut;
  constexpr int kSub = 999;
  session_->say(subscribe_message({.sub = kSub,
                                   .channels = {channel},
                                   .from = after(from),
                                   .types = kTypes,
                                   .id = ++request_}));
  const Json answer = session_->next();
  if (answer["type"].text() != "subscribed") return refused(answer);
  int events = 0;
  while (session_->next()["type"].text() == "event") ++events;
  session_->say(R"({"type":"unsubscribe","id":1,"sub":)" + std::to_string(kSub) + "}");
  session_->expect("ok");
  return events > 0 ? kOpen : "no event";
}

std::string EntryPoints::page(const std::string& channel, const std::string& from) {
  const HttpResponse answer = http_.get(
      "/v1/events?channel=" + percent_encoded(channel) + "&after=" + percent_encoded(from),
      "application/json");
  if (answer.status != 200) return refused(answer);
  return answer.json()["events"].size() > 0 ? kOpen : "no event";
}

std::string EntryPoints::sse(const std::string& channel, const std::string& from) {
  SseClient stream(port_, "/v1/events?channel=" + percent_encoded(channel), from, headers_);
  if (stream.head().status == 200) return stream.next_event().id.empty() ? "no position" : kOpen;
  return stream.head().status == status_ ? kShut : std::to_string(stream.head().status);
}

// The refusal must equal the answer for a missing event, word for word.
std::string EntryPoints::event(const std::string& position) {
  const HttpResponse answer = http_.get("/v1/events/" + position);
  if (answer.status == 200) return kOpen;
  if (shut()) return refused(answer);
  const Place place = Place::parse(position);
  const std::string beyond = Place{place.epoch, place.offset + 1'000'000}.text();
  const HttpResponse none = http_.get("/v1/events/" + beyond);
  std::string body = none.body;
  if (const auto at = body.find(beyond); at != std::string::npos) {
    body.replace(at, beyond.size(), position);
  }
  const bool same = answer.status == 404 && none.status == 404 && answer.body == body;
  return same ? kShut : std::to_string(answer.status) + " " + answer.body + ", not " + body;
}

std::string EntryPoints::publish(Draft draft) {
  draft.id += "-http";
  const HttpResponse answer = http_.post("/v1/events", std::string(kOneEvent), draft.json());
  const std::string by_http = answer.status == 200 ? kOpen : refused(answer);
  if (shut()) return by_http;
  draft.id += "-ws";
  const Json reply = session_->publish(draft.json());
  const std::string by_ws = reply["type"].text() == "ok" ? kOpen : refused(reply);
  return by_http == by_ws ? by_ws : "POST: " + by_http + ", WebSocket: " + by_ws;
}

}  // namespace courtside::e2e
