// Only the body of an event, as a codec makes it.
#pragma once

#include <string>
#include <string_view>

#include "schema/protocol.h"

namespace courtside::fixtures {

template <typename CodecOrWire>
std::string event_body(const CodecOrWire& maker, std::string_view epoch, RecordView record,
                       const ShownPart& part = {}) {
  std::string body;
  maker.append_event_body(body, epoch, record, part);
  return body;
}

}  // namespace courtside::fixtures
