#include "engine/connection/link.h"

#include "base/hash.h"
#include "engine/http/preflight.h"

namespace courtside {

void Link::open(Connection& connection) {
  connection_ = &connection;
  id_ = connection.id();
  admission_.set_connection(id_.value());
}

// ---------------------------------------------------------------------------------------------
// Answers.

// A browser must take an answer for nothing but what its type says, and a page of another site can
// read it only by CORS.
void Link::add_browser_headers(HttpResponse& response) const {
  response.headers.emplace_back("x-content-type-options", "nosniff");
  response.headers.emplace_back("cross-origin-resource-policy", "same-origin");
  if (!origin_.empty()) courtside::allow_origin(response, origin_);
}

void Link::read_body() {
  if (connection_ != nullptr) connection_->read_body();
}

void Link::respond(HttpResponse response) {
  awaits_answer_ = false;
  if (connection_ == nullptr) return;
  add_browser_headers(response);
  response.closes = admission_.is_for_monitor();
  connection_->respond(response);
  if (host_.draining()) connection_->close_after_flush();
}

void Link::start_stream(HttpResponse head) {
  awaits_answer_ = false;
  if (connection_ == nullptr) return;
  add_browser_headers(head);
  connection_->start_stream(head);
}

void Link::end_stream() {
  if (connection_ != nullptr) connection_->end_stream();
}

void Link::accept_websocket(const HttpRequest& request, const UpgradeTerms& terms) {
  awaits_answer_ = false;
  if (connection_ == nullptr) return;
  is_websocket_ = true;
  connection_->accept_websocket(request, terms);
}

// ---------------------------------------------------------------------------------------------
// Bytes.

void Link::send(std::string bytes) {
  if (connection_ != nullptr) connection_->send(SharedBytes(std::move(bytes)));
}

void Link::send_paced(const SharedBytes& bytes) {
  if (connection_ != nullptr) connection_->send_paced(bytes);
}

void Link::ping() {
  if (connection_ != nullptr) connection_->ping();
}

void Link::flush_when_congested() {
  if (connection_ != nullptr && connection_->congested()) connection_->flush();
}

bool Link::is_busy() const {
  if (connection_ == nullptr) return false;
  const std::uint64_t sent = connection_->bytes_written() + connection_->queued_bytes();
  return awaits_answer_ || connection_->bytes_acknowledged() < sent;
}

std::uint64_t Link::bytes_acknowledged() const {
  return connection_ == nullptr ? 0 : connection_->bytes_acknowledged();
}

Traffic Link::traffic() const {
  return {.received_ms = connection_->last_heard_ms(),
          .sent_bytes = connection_->bytes_written() + connection_->queued_bytes(),
          .acknowledged_bytes = connection_->bytes_acknowledged()};
}

// ---------------------------------------------------------------------------------------------
// Reading, and the end.

void Link::pause_reading() {
  if (connection_ != nullptr) connection_->pause_reading();
}

void Link::resume_reading() {
  if (connection_ != nullptr) connection_->resume_reading();
}

void Link::close_websocket(std::uint16_t code, std::string_view reason) {
  if (connection_ == nullptr) return;
  if (closed_with_ == 0) closed_with_ = code;
  connection_->close_websocket(code, reason);
}

void Link::count_close(CloseReason reason, std::uint16_t code) {
  constexpr std::uint16_t kNoCloseFrame = 1006;
  if (!is_websocket_) return;
  if (closed_with_ != 0) return host_.count_close(closed_with_, /*by_client=*/false);
  if (code == 0) code = kNoCloseFrame;
  host_.count_close(code, /*by_client=*/reason == CloseReason::kByPeer);
}

void Link::close_after_flush() {
  if (connection_ != nullptr) connection_->close_after_flush();
}

void Link::cut(std::string_view reason) {
  constexpr std::uint16_t kServiceRestart = 1012;
  if (is_websocket_) return close_websocket(kServiceRestart, reason);
  abort();
}

void Link::abort() {
  if (connection_ != nullptr) connection_->abort();
}

Result<void> Link::submit(Append append, std::uint64_t ticket, bool while_draining) {
  if (host_.draining() && !while_draining) {
    return fail(Code::draining, "the server is going down");
  }
  append.author = {.shard = host_.number(), .connection = id_.value(), .ticket = ticket};
  Command command(std::move(append));
  if (!services().sequencer.submit(command)) {
    return fail(Code::overloaded, "too many appends are pending");
  }
  return {};
}

std::uint64_t Link::spread_ms(std::uint64_t end_ms) const {
  return hash128("retry", std::to_string(id_.value())).low % end_ms;
}

}  // namespace courtside
