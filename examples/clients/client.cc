#include "transport/client/client.h"

#include <simdjson.h>

#include <cstdlib>
#include <iostream>
#include <random>

#include "base/format.h"

using namespace courtside;

void show(const std::string& line) { std::cout << line << std::endl; }
void handle(simdjson::dom::element event) {
  show(format("{} {}", event["sequence"].get_c_str().value(), event["type"].get_c_str().value()));
}
std::string token() {  // with access control: fetch one from your backend
  const char* const given = std::getenv("COURTSIDE_TOKEN");
  return given ? format(R"("{}")", given) : "null";
}

struct Follower final : WebSocketClientHandler {
  void connect() {
    const std::string_view protocol = "courtside.v1.json";
    socket = WebSocketClient::connect(loop, target, "/v1/ws", protocol, {}, 1 << 20, *this);
    socket->abort_after_silence(50'000);
  }
  void send(const std::string& message) { socket->send(Opcode::kText, message); }
  void on_open(WebSocketClient&) override {
    is_live = false;
    send(format(R"({{"type":"hello","token":{}}})", token()));
  }
  void on_message(WebSocketClient&, Opcode, std::string_view text) override {
    const simdjson::dom::element message = parser.parse(text);
    const auto word = [&](const char* name) { return std::string(message[name]); };
    const auto keep = [&](const char* name) { from = format(R"({{"after":"{}"}})", word(name)); };
    const std::string type = word("type");
    if (type == "welcome") socket->abort_after_silence(2 * std::uint64_t(message["heartbeat"]));
    if (type == "welcome")
      send(R"({"type":"subscribe","id":1,"sub":1,"channels":["user:42"],"from":)" + from + '}');
    if (type == "expiring") send(format(R"({{"type":"refresh","id":2,"token":{}}})", token()));
    if (type == "live" || type == "behind") is_live = type == "live";
    if (type == "live") show("live");
    if (type == "gap") show("gap " + word("from") + ' ' + word("to"));  // read the state anew
    if (type == "error" || type == "unsubscribed") show(type + ' ' + word("code"));
    if (type == "error" && bool(message["retryable"])) return socket->abort();
    if (type == "event") handle(message["event"]);
    if (type == "subscribed") keep("after"), wait_ms = 500;  // also if no event ever comes
    if (type == "gap") keep("to");
    if (type == "event" || type == "live" || (is_live && type == "progress")) keep("position");
  }
  void on_closed(WebSocketClient&, std::uint16_t code, std::string_view reason) override {
    if (code >= 4400 && code != 4401 && code != 4408 && code != 4429)
      return show(format("refused {} {}", code, reason));
    const auto pause_ms = std::random_device()() % wait_ms;  // back-off with full jitter
    loop.start_timer(pause_ms, [this] { connect(); });
    wait_ms = std::min<std::uint64_t>(2 * wait_ms, 30'000);
  }

  Loop loop;
  ClientTarget target;
  std::unique_ptr<WebSocketClient> socket;
  simdjson::dom::parser parser;
  std::string from = R"("now")";  // then the position to go on from
  std::uint64_t wait_ms = 500;
  bool is_live = false;
};

int main(int count, char** arguments) {
  const auto target = parse_target(count > 1 ? arguments[1] : "127.0.0.1:8080");
  if (!target) return show(target.error().message), 64;
  Follower follower;
  follower.target = *target;
  follower.connect();
  follower.loop.run();
}
