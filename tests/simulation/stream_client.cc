#include "tests/simulation/stream_client.h"

#include <utility>

#include "base/check.h"
#include "tests/simulation/server_message.h"

namespace courtside::simulation {
namespace {

// The rest of the line that begins so; empty when there is none.
std::string_view field_of(std::string_view event, std::string_view name) {
  std::size_t at = event.starts_with(name) ? 0 : event.find("\n" + std::string(name));
  if (at == std::string_view::npos) return {};
  at += (at == 0 ? 0 : 1) + name.size();
  return event.substr(at, event.find('\n', at) - at);
}

}  // namespace

HttpRequest StreamClient::request() {
  std::string target = "/v1/events";
  for (const std::string& channel : channel_lists()[told_.channels()]) {
    target += (target.back() == 's' ? "?channel=" : "&channel=") + channel;
  }
  HttpHeaders headers = {{"host", "sim"},
                         {"accept", "text/event-stream"},
                         {"authorization", "Bearer " + account_name(account())}};
  if (told_.place()) {
    ++resumed_;
    headers.emplace_back("last-event-id", format_position(kServerEpoch, previous(*told_.place())));
  }
  return {.method = "GET", .target = std::move(target), .headers = std::move(headers), .body = {}};
}

void StreamClient::on_answer(int status) {
  if (status != 200) return ServerClient::on_answer(status);
  set_state(State::kIn);
}

void StreamClient::on_left() {
  has_begun_ = false;
  told_.on_end();
}

void StreamClient::hear(const SimulatedConnection::Block& block) {
  std::string_view rest = block.bytes.view();
  while (!rest.empty()) {
    const std::size_t end = rest.find("\n\n");
    COURTSIDE_CHECK(end != std::string_view::npos);
    hear_event(rest.substr(0, end), block.log);
    rest.remove_prefix(end + 2);
  }
}

void StreamClient::hear_event(std::string_view text, const LogAtSend& log) {
  const Result<Position> position = parse_position(field_of(text, "id: "));
  COURTSIDE_CHECK(position && position->epoch == kServerEpoch);
  const std::string_view name = field_of(text, "event: ");
  const ServerMessage data = parse_server_message(field_of(text, "data: "));
  if (name == "gap") {
    told_.on_end();  // that it fell behind is not told
    told_.on_gap({data.from, next(data.to)}, log);
  } else if (name != "courtside.progress") {
    told_.on_event(position->offset, data.event_id, log);
  } else if (!std::exchange(has_begun_, true)) {
    told_.on_begin(next(position->offset), log);
  } else if (data.is_live && !told_.is_live()) {
    told_.on_live(position->offset);
  } else {
    if (!data.is_live) told_.on_end();
    told_.on_progress(position->offset);
  }
}

std::string StreamClient::check_rest() const {
  if (state() != State::kIn) return name() + " does not get in";
  const std::string missing = told_.check_rest();
  return missing.empty() ? missing : name() + ": " + missing;
}

ServerClientCounters StreamClient::counters() const {
  return {.events = told_.events(),
          .gaps = told_.gaps(),
          .resumed = resumed_,
          .streamed = told_.events()};
}

}  // namespace courtside::simulation
