#include "engine/commands/client.h"

#include "base/json.h"

namespace courtside {
namespace {

// Events come framed in a message of their own; nothing else is as large.
constexpr std::size_t kMessageBytesMax = 4 << 20;

// Denied is not the same as gone: another try would be denied too.
Code code_of_close(std::uint16_t close_code) {
  for (const Code code : {Code::unauthorized, Code::forbidden, Code::rate_limited}) {
    if (info(code).close_code == close_code) return code;
  }
  return Code::unavailable;
}

// What a proxy or a server answers instead of an upgrade is no reason to try again, but for those
// answers that pass.
Code code_of_answer(int status) {
  for (const Code code : {Code::unauthorized, Code::forbidden, Code::rate_limited}) {
    if (info(code).http_status == status) return code;
  }
  return status >= 500 ? Code::unavailable : Code::bad_request;
}

}  // namespace

ServerWords::ServerWords(std::string_view message) {
  JsonReader reader(message);
  if (!reader.begin_object()) return;
  while (reader.next_member()) {
    const std::string_view key = reader.key().raw;
    members_.emplace_back(key.substr(1, key.size() - 2), reader.value());
  }
}

JsonValue ServerWords::member(std::string_view name) const {
  for (const auto& [key, value] : members_) {
    if (key == name) return value;
  }
  return {};
}

std::string ServerWords::text(std::string_view name) const {
  const JsonValue value = member(name);
  if (!value.is(JsonKind::kString)) return {};
  std::string scratch;
  const auto text = json_text(value, scratch);
  return text ? std::string(*text) : std::string();
}

std::uint64_t ServerWords::number(std::string_view name) const {
  const auto value = json_integer(member(name));
  return value && *value > 0 ? static_cast<std::uint64_t>(*value) : 0;
}

ClientSession::ClientSession(Loop& loop, const Remote& remote, Events events)
    : loop_(loop), remote_(remote), events_(std::move(events)) {
  Result<std::unique_ptr<Tunnel>> tunnel = Tunnel::open(remote);
  if (!tunnel) {
    report_timer_ =
        loop_.start_timer(0, [this, error = tunnel.error()] { events_.on_closed(error); });
    return;
  }
  tunnel_ = std::move(*tunnel);
  client_ =
      WebSocketClient::over(loop, tunnel_->take_socket(), remote.authority, remote.path + "/v1/ws",
                            "courtside.v1.json", {}, kMessageBytesMax, *this);
}

ClientSession::~ClientSession() { loop_.cancel_timer(report_timer_); }

void ClientSession::on_open(WebSocketClient& client) {
  JsonObject hello;
  hello.text("type", "hello").text("client", "courtside-cli");
  if (!remote_.token.empty()) hello.text("token", remote_.token);
  client.send(Opcode::kText, hello.take());
}

void ClientSession::on_message(WebSocketClient& /*client*/, Opcode /*opcode*/,
                               std::string_view payload) {
  const ServerWords words(payload);
  if (!welcomed_ && words.is("welcome")) {
    welcomed_ = true;
    events_.on_welcome(words);
  } else {
    events_.on_message(words);
  }
}

void ClientSession::on_closed(WebSocketClient& client, std::uint16_t close_code,
                              std::string_view reason) {
  const WebSocketClient::Refusal& refusal = client.refusal();
  if (!refusal.location.empty()) {
    return events_.on_closed(redirected(remote_, refusal.status, refusal.location));
  }
  if (refusal.status != 0) {
    return events_.on_closed({code_of_answer(refusal.status), std::string(reason)});
  }
  std::string why = "the connection ended";
  if (close_code != 0) why.append(" with code ").append(std::to_string(close_code));
  if (!reason.empty()) why.append(": ").append(reason);
  events_.on_closed({code_of_close(close_code), std::move(why)});
}

}  // namespace courtside
