// The bytes of one kind of connection: the encoding of schema/ inside the framing of transport/.
// There are five: WebSocket with either protocol codec, plain CloudEvents over WebSocket,
// server-sent events, and the server-sent events of Durable Streams.
//
// Threads: immutable; any thread may use them (a read thread renders pages).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "schema/protocol.h"

namespace courtside {

// The first message of a stream: its position, from which the client can resume even if no event
// ever came.
struct StreamBeginning {
  std::string position;            // every event of the stream is after it
  std::uint64_t heartbeat_ms = 0;  // how often the position is sent from now on
  std::uint64_t retry_ms = 0;      // how long the client waits after the connection is lost
};

class Wire {
 public:
  virtual ~Wire() = default;

  // Appends the part of an event that is the same for every subscription of this wire.
  virtual void append_event_body(std::string& out, std::string_view epoch, RecordView record,
                                 const Projection* projection) const = 0;
  // Appends the whole framed event for subscription `sub`. `out` contains nothing else than the
  // events of the same block before it.
  virtual void append_event(std::string& out, std::uint32_t sub, std::string_view body) const = 0;

  // Appends the framed message, or nothing if this wire has no such message.
  virtual void append_message(std::string& out, const protocol::ServerMessage& message) const = 0;

  // Appends the framed beginning of a stream. Sessions have `subscribed` for that.
  virtual void append_beginning(std::string& /*out*/, const StreamBeginning& /*beginning*/) const {}
};

const Wire& json_wire();         // courtside.v1.json
const Wire& flatbuffers_wire();  // courtside.v1.flatbuffers
const Wire& cloudevents_wire();  // cloudevents.json
const Wire& sse_wire();          // text/event-stream
// The items of a JSON array, for blocks that StreamControl frames. It has no messages.
const Wire& durable_wire();

}  // namespace courtside
