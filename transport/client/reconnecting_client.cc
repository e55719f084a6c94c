#include "transport/client/reconnecting_client.h"

#include <algorithm>
#include <utility>

namespace courtside {

ReconnectingClient::ReconnectingClient(Loop& loop, ClientTarget target, std::string path,
                                       std::string subprotocol)
    : loop_(loop),
      target_(std::move(target)),
      path_(std::move(path)),
      subprotocol_(std::move(subprotocol)) {}

ReconnectingClient::~ReconnectingClient() { loop_.cancel_timer(retry_timer_); }

void ReconnectingClient::connect(Callbacks callbacks) {
  callbacks_ = std::move(callbacks);
  open();
}

void ReconnectingClient::send(std::string_view text) {
  if (client_) client_->send(Opcode::kText, text);
}

void ReconnectingClient::abort() {
  if (client_) client_->abort();
}

void ReconnectingClient::abort_after_silence(std::uint64_t ms) {
  if (client_) client_->abort_after_silence(ms);
}

void ReconnectingClient::open() {
  client_ =
      WebSocketClient::connect(loop_, target_, path_, subprotocol_, {}, kMessageBytesMax, *this);
  client_->abort_after_silence(kSilenceMsMax);
}

void ReconnectingClient::on_open(WebSocketClient& /*client*/) { callbacks_.on_open(); }

void ReconnectingClient::on_message(WebSocketClient& /*client*/, Opcode /*opcode*/,
                                    std::string_view payload) {
  callbacks_.on_message(payload);
}

void ReconnectingClient::on_closed(WebSocketClient& /*client*/, std::uint16_t close_code,
                                   std::string_view reason) {
  if (!callbacks_.on_closed(close_code, reason)) return;
  const std::uint64_t pause_ms =
      std::uniform_int_distribution<std::uint64_t>(0, pause_ms_max_)(random_);
  pause_ms_max_ = std::min(2 * pause_ms_max_, kPauseMsMax);
  retry_timer_ = loop_.start_timer(pause_ms, [this] { open(); });
}

}  // namespace courtside
