// A CloudEvents 1.0 event as a FlatBuffer, the form it keeps from validation to delivery.
//
// build_event makes one from its fields, EventView reads one. Bytes from outside must pass
// verify_event first. Threads: values and views, no state.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace courtside {

enum class DataKind : std::uint8_t { kNone, kJson, kBinary };

// A CloudEvents extension attribute without a field of its own; `value` is its JSON token.
struct Extension {
  std::string_view name;
  std::string_view value;
};

// The attributes of an event; an empty text means that the attribute is absent.
struct EventFields {
  std::string_view id = {};
  std::string_view source = {};
  std::string_view type = {};
  std::string_view subject = {};
  std::string_view time = {};
  std::string_view datacontenttype = {};
  std::string_view dataschema = {};
  std::string_view correlationid = {};
  std::string_view causationid = {};
  std::string_view actorid = {};
  std::string_view actortype = {};
  std::string_view actorrole = {};
  std::string_view traceparent = {};
  std::vector<Extension> extensions = {};
  DataKind data_kind = DataKind::kNone;
  std::string_view data = {};  // JSON text or bytes, depending on data_kind
};

// The FlatBuffer (file identifier CSEV). The fields are not validated.
std::string build_event(const EventFields& fields);

// Reads an event's bytes. Views are valid as long as the bytes are.
class EventView {
 public:
  // REQUIRES: `bytes` came from build_event or passed verify_event.
  explicit EventView(std::string_view bytes) : bytes_(bytes) {}

  std::string_view bytes() const { return bytes_; }

  std::string_view id() const;
  std::string_view source() const;
  std::string_view type() const;
  std::string_view subject() const;
  std::string_view time() const;
  std::string_view datacontenttype() const;
  std::string_view correlationid() const;
  std::string_view causationid() const;
  std::string_view actorid() const;
  std::string_view actortype() const;
  std::string_view actorrole() const;
  DataKind data_kind() const;
  std::string_view data() const;

  // All fields at once, with the extensions.
  EventFields fields() const;

 private:
  std::string_view bytes_;
};

// bad_request unless `bytes` is a well-formed event buffer. check_event validates the content.
Result<EventView> verify_event(std::string_view bytes);

}  // namespace courtside
