// How one kind of connection writes what it is told: the encoding of schema and the framing of
// transport, joined. There are four: WebSocket with either protocol codec, bare CloudEvents over
// WebSocket, and server-sent events.
//
// Threads: immutable; any thread may use them (a read thread renders pages).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "schema/protocol.h"

namespace courtside {

// What a stream of events is told first: its position, from which its client resumes even if no
// event ever came.
struct StreamBeginning {
  std::string position;            // every later event lies behind it
  std::uint64_t heartbeat_ms = 0;  // how often the stream is told its position from now on
  std::uint64_t retry_ms = 0;      // how long to wait after the connection is lost
};

class Wire {
 public:
  virtual ~Wire() = default;

  // The part of an event that is the same for every subscription of this wire ...
  virtual void append_event_body(std::string& out, std::string_view epoch, RecordView record,
                                 const Projection* projection) const = 0;
  // ... and the whole framed event for subscription `sub`, appended to `out`.
  virtual void append_event(std::string& out, std::uint32_t sub, std::string_view body) const = 0;

  // Appends the framed message, or nothing where this wire has no word for it.
  virtual void append_message(std::string& out, const protocol::ServerMessage& message) const = 0;

  // Appends the framed beginning of a stream. A session's `subscribed` says it instead.
  virtual void append_beginning(std::string& /*out*/, const StreamBeginning& /*beginning*/) const {}
};

const Wire& json_wire();         // courtside.v1.json
const Wire& flatbuffers_wire();  // courtside.v1.flatbuffers
const Wire& cloudevents_wire();  // cloudevents.json
const Wire& sse_wire();          // text/event-stream

}  // namespace courtside
