#include "cli/commands/command_client.h"

#include "base/json.h"
#include "cli/commands/command_http.h"

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
Error error_of_refusal(const Remote& remote, const WebSocketClient::Refusal& refusal) {
  if (!refusal.location.empty()) return redirected(remote, refusal.status, refusal.location);
  // The server says so where a proxy left out the headers that ask for a WebSocket.
  if (refusal.status == info(Code::upgrade_required).http_status) {
    return unavailable_for_good(remote.base +
                                ": the proxy does not pass WebSocket on, see docs/proxies.md");
  }
  Error error = error_of(
      remote,
      {.status = refusal.status, .content_type = refusal.content_type, .body = refusal.body});
  if (refusal.status >= 500) error.code = Code::unavailable;
  return error;
}

}  // namespace

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
  if (refusal.status != 0) return events_.on_closed(error_of_refusal(remote_, refusal));
  std::string why = "the connection ended";
  if (close_code != 0) why.append(" with code ").append(std::to_string(close_code));
  if (!reason.empty()) why.append(": ").append(reason);
  events_.on_closed({code_of_close(close_code), std::move(why)});
}

}  // namespace courtside
