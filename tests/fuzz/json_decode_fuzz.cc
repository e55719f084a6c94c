// Any bytes as a JSON message, as a CloudEvent and as a batch: refused, or sound throughout.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "schema/protocol.h"
#include "tests/fuzz/fuzz_event.h"

using namespace courtside;

namespace {

void check_refused(const Error& error) {
  COURTSIDE_CHECK(!error.message.empty());
  COURTSIDE_CHECK(error.details.empty() || read_json(error.details).is(JsonKind::kObject));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto message = protocol::json_codec().decode(text, Timestamp(1));
  if (!message) {
    check_refused(message.error().error);
    std::string reply;
    protocol::json_codec().encode(
        protocol::ErrorReply{.id = message.error().id, .error = message.error().error}, reply);
    COURTSIDE_CHECK(read_json(reply).is(JsonKind::kObject));
  } else if (const auto* publish = std::get_if<protocol::Publish>(&*message)) {
    check_admitted(publish->event);
  }
  if (const auto event = parse_cloudevent(text, Timestamp(1))) {
    check_admitted(*event);
  } else {
    check_refused(event.error());
  }
  if (const auto events = parse_cloudevent_batch(text, Timestamp(1))) {
    for (const IncomingEvent& event : *events) check_admitted(event);
  } else {
    check_refused(events.error());
  }
  return 0;
}
