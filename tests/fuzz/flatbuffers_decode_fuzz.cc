// Any bytes as a FlatBuffers message: refused, or sound throughout.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "schema/protocol.h"
#include "tests/fuzz/fuzz_event.h"

using namespace courtside;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto message = protocol::flatbuffers_codec().decode(bytes, Timestamp(1));
  if (!message) {
    std::string reply;
    protocol::json_codec().encode(
        protocol::ErrorReply{.id = message.error().id, .error = message.error().error}, reply);
    COURTSIDE_CHECK(read_json(reply).is(JsonKind::kObject));
  } else if (const auto* publish = std::get_if<protocol::Publish>(&*message)) {
    check_admitted(publish->event);
  }
  return 0;
}
