// The bytes of one kind of connection: the encoding of schema/ inside the framing of transport/.
// There are five: WebSocket with either protocol codec, plain CloudEvents over WebSocket,
// server-sent events, and the server-sent events of Durable Streams. Those with a codec have a
// second form, which puts several events into one message.
//
// Threads: immutable; any thread may use them (a read thread renders pages).
#pragma once

#include <cstddef>
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

// Events on their way to one audience: whole frames, and behind them the events of a message that
// is still open. Only a wire that puts several events into one message leaves one open.
struct EventBlock {
  std::string bytes = {};
  std::size_t open_begin = 0;  // of the open message in `bytes`; for such a wire only

  bool empty() const { return bytes.empty(); }
  std::size_t size() const { return bytes.size(); }
};

// The events of one message of a batched() wire are at most so many bytes, unless it is one event.
constexpr std::size_t kBatchBytesMax = 64 * 1024;

class Wire {
 public:
  virtual ~Wire() = default;

  // Appends what all subscriptions of this wire to which this part of an event is sent share.
  virtual void append_event_body(std::string& out, std::string_view epoch, RecordView record,
                                 const ShownPart& part) const = 0;
  // Wires of one kind make the same bodies, whatever they put around them.
  virtual const void* body_kind() const { return this; }
  // Appends an event to the block of subscription `sub`.
  virtual void append_event(EventBlock& block, std::uint32_t sub, std::string_view body) const = 0;
  // Closes and frames the message that is still open in a block of subscription `sub`. Call it
  // before the block is sent; more events may follow in the same block.
  virtual void finish(EventBlock& /*block*/, std::uint32_t /*sub*/) const {}
  // The wire for subscriptions of the same connection that want several events in one message. Its
  // bodies and messages are the same.
  virtual const Wire& batched() const { return *this; }

  // Appends the framed message, or nothing if this wire has no such message.
  virtual void append_message(std::string& out, const protocol::ServerMessage& message) const = 0;

  // The wire that frames the same and compresses messages where that pays (permessage-deflate):
  // append_message_frame() has the rule and the meaning of `window_bits`. Subscribers of one
  // audience share a wire, so a message is compressed once for all of them. This wire itself if it
  // is not of WebSocket.
  virtual const Wire& deflated(unsigned /*window_bits*/) const { return *this; }

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
