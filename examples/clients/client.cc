#include <simdjson.h>

#include <cstdlib>
#include <iostream>
#include <string>

#include "transport/client/reconnecting_client.h"

using namespace courtside;

void show(const std::string& line) { std::cout << line << std::endl; }
std::string token() {  // with access control: fetch one from your backend
  const char* const given = std::getenv("COURTSIDE_TOKEN");
  return given ? std::string("\"") + given + '"' : "null";
}
int main(int count, char** arguments) {
  const auto target = parse_target(count > 1 ? arguments[1] : "127.0.0.1:8080");
  if (!target) return show(target.error().message), 64;
  std::string channels = R"(["user:42"])", from = R"("now")";  // then the position to go on from
  bool is_live = false;
  simdjson::dom::parser parser;
  Loop loop;
  ReconnectingClient client(loop, *target, "/v1/ws", "courtside.v1.json");
  const auto on_message = [&](std::string_view text) {
    const simdjson::dom::element message = parser.parse(text);
    const auto word = [&](const char* path) { return std::string(message.at_pointer(path)); };
    const auto keep = [&](const char* path) { from = R"({"after":")" + word(path) + "\"}"; };
    const std::string type = word("/type"), start = channels + R"(,"from":)" + from + '}';
    if (type == "welcome") client.abort_after_silence(2 * std::uint64_t(message["heartbeat"]));
    if (type == "welcome") client.send(R"({"type":"subscribe","id":1,"sub":1,"channels":)" + start);
    if (type == "expiring") client.send(R"({"type":"refresh","id":2,"token":)" + token() + '}');
    if (type == "live" || type == "behind") is_live = type == "live";
    if (type == "live") show("live");
    if (type == "gap") show("gap " + word("/from") + ' ' + word("/to"));  // read the state anew
    if (type == "error" || type == "unsubscribed") show(type + ' ' + word("/code"));
    if (type == "error" && bool(message["retryable"])) return client.abort();
    if (type == "event") show(word("/event/sequence") + ' ' + word("/event/type"));
    if (type == "subscribed") keep("/after"), client.reset_pause();  // also if no event ever comes
    if (type == "gap") keep("/to");
    if (type == "event" || type == "live" || (is_live && type == "progress")) keep("/position");
  };
  const auto on_closed = [&](std::uint16_t code, std::string_view reason) {
    if (code < 4400 || code == 4401 || code == 4408 || code == 4429) return true;
    show("refused " + std::to_string(code) + ' ' + std::string(reason));
    return loop.request_stop(), false;
  };
  client.connect(
      {[&] { is_live = false, client.send(R"({"type":"hello","token":)" + token() + '}'); },
       on_message, on_closed});
  loop.run();
}
