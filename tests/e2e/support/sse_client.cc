#include "tests/e2e/support/sse_client.h"

#include <utility>

namespace courtside::e2e {

SseClient::SseClient(std::uint16_t port, const std::string& target,
                     const std::string& last_event_id, Headers always)
    : http_(port, std::move(always)) {
  HttpRequest request{.target = target, .headers = {{"Accept", "text/event-stream"}}};
  if (!last_event_id.empty()) request.headers.emplace_back("Last-Event-ID", last_event_id);
  http_.write(request);
  head_ = http_.read_stream_head();
}

std::string SseClient::line(Deadline deadline) {
  std::size_t end = 0;
  while ((end = text_.find('\n')) == std::string::npos) {
    const std::string piece = http_.read_piece(deadline);
    if (piece.empty()) throw Disconnected("the event stream ended");
    text_ += piece;
  }
  std::string line = text_.substr(0, end);
  text_.erase(0, end + 1);
  if (!line.empty() && line.back() == '\r') line.pop_back();
  return line;
}

SseClient::Event SseClient::next(Deadline deadline) {
  Event event;
  bool has_data = false;
  while (true) {
    const std::string text = line(deadline);
    if (text.empty()) {
      if (!has_data) continue;
      if (event.type.empty()) event.type = "message";
      return event;
    }
    if (text.front() == ':') return {.is_comment = true, .data = text.substr(1)};
    const std::size_t colon = text.find(':');
    const std::string field = text.substr(0, colon);
    std::string value = colon == std::string::npos ? "" : text.substr(colon + 1);
    if (!value.empty() && value.front() == ' ') value.erase(0, 1);
    if (field == "id") event.id = value;
    if (field == "event") event.type = value;
    if (field == "data") {
      event.data += (has_data ? "\n" : "") + value;
      has_data = true;
    }
  }
}

SseClient::Event SseClient::next_event(Deadline deadline) {
  while (true) {
    Event event = next(deadline);
    if (!event.is_comment && event.type != "courtside.progress") return event;
  }
}

}  // namespace courtside::e2e
