// The messages of the WebSocket protocol, version 1, and their two encodings.
//
// A Codec decodes a client's bytes into a ClientMessage and encodes a ServerMessage. It knows
// neither sockets nor frames. Threads: any; a codec has no state.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "schema/cloudevent.h"
#include "schema/position.h"
#include "schema/record.h"

namespace courtside::protocol {

constexpr std::uint32_t kRequestIdMax = 0x7fffffff;  // ids and subs: 1 ... 2^31 - 1
constexpr std::size_t kSubscribeChannelsMax = 1000;
constexpr std::size_t kSubscribeTypesMax = 100;
constexpr std::size_t kSubscribeFieldsMax = 32;

// Where a subscription starts.
struct From {
  enum class Kind : std::uint8_t { kNow, kEarliest, kAfter, kLast, kSince };
  Kind kind = Kind::kNow;
  std::string after = {};  // kAfter: the client's text, not yet parsed
  std::uint32_t last = 0;  // kLast: the number of matching events (channels and types), 1 ... 1000
  Timestamp since = {};    // kSince: inclusive
};

struct Hello {
  std::string token = {};
  std::string client = {};
  bool has_token = false;  // an empty text is a token too, an invalid one
};
struct Subscribe {
  std::uint32_t id = 0;
  std::uint32_t sub = 0;
  std::vector<std::string> channels = {};  // channels and patterns, each well-formed
  From from = {};
  std::vector<std::string> types = {};  // exact or `prefix.*`; empty: all
  bool state = false;                   // send the state of each channel that is a subject first
  std::uint32_t speed = 0;  // multiple of real time by recorded times; 0: as fast as possible
  std::vector<std::string> fields = {};  // of each event, is_field_name(); empty: all
  bool batch = false;                    // several events in one message
};
struct Unsubscribe {
  std::uint32_t id = 0;
  std::uint32_t sub = 0;
};
struct Publish {
  std::uint32_t id = 0;
  // An `expectedversion` beside the event takes precedence over one inside it.
  IncomingEvent event = {};
};
struct Refresh {
  std::uint32_t id = 0;
  std::string token = {};
};
struct Ping {};
struct Pong {};

using ClientMessage = std::variant<Hello, Subscribe, Unsubscribe, Publish, Refresh, Ping, Pong>;

// Why a message was refused. `id` is the request's id if it could be read. `closes`: the connection
// ends with the code's close code (the message is not even a JSON object).
struct Rejected {
  Error error;
  std::optional<std::uint32_t> id = {};
  bool closes = false;
};

struct Welcome {
  std::string session = {};
  std::string actor = {};
  std::string epoch = {};
  std::string head = {};
  std::uint32_t heartbeat_ms = 0;
  std::uint32_t maxmessage = 0;
  std::optional<std::uint32_t> expiresin_s = {};
};
struct Subscribed {
  std::uint32_t id = 0;
  std::uint32_t sub = 0;
  std::string after = {};
  std::string head = {};
};
// The state of a subject at `position`. The events after it follow.
struct State {
  std::uint32_t sub = 0;
  std::string subject = {};
  std::string position = {};
  std::string state = {};  // JSON
};
struct Live {
  std::uint32_t sub = 0;
  std::string position = {};
};
struct Behind {
  std::uint32_t sub = 0;
  std::string position = {};
};
struct Gap {
  std::uint32_t sub = 0;
  std::string reason = {};  // "expired" or "epoch"
  std::string from = {};
  std::string to = {};
};
struct Progress {
  std::string position = {};
};
struct Ok {
  std::uint32_t id = 0;
  // Of a publish; otherwise the position is empty.
  std::string position = {};
  std::uint64_t subjectversion = 0;
  bool duplicate = false;
};
struct ErrorReply {
  std::optional<std::uint32_t> id = {};
  Error error;
};
struct Unsubscribed {
  std::uint32_t sub = 0;
  Code code = Code::forbidden;
};
struct Expiring {
  std::uint32_t in_s = 0;
};
struct Draining {
  std::uint32_t retryafter_ms = 0;
};

using ServerMessage = std::variant<Welcome, Subscribed, Live, Behind, Gap, Progress, Ok, ErrorReply,
                                   Unsubscribed, Ping, Pong, Expiring, Draining, State>;

class Codec {
 public:
  virtual ~Codec() = default;

  virtual std::string_view subprotocol() const = 0;
  virtual bool is_text() const = 0;

  // `received` becomes the `time` of a published event that has none.
  virtual tl::expected<ClientMessage, Rejected> decode(std::string_view message,
                                                       Timestamp received) const = 0;

  // Appends the encoded message to `out`.
  virtual void encode(const ServerMessage& message, std::string& out) const = 0;

  // Appends what the messages of all subscriptions to which this part of an event is sent share.
  virtual void append_event_body(std::string& out, std::string_view epoch, RecordView record,
                                 const ShownPart& part) const = 0;
  // Appends the whole message for subscription `sub`, from that body.
  virtual void append_event(std::string& out, std::uint32_t sub, std::string_view body) const = 0;
  // A message of several events: each body is appended to its items, and then the whole message is
  // appended for subscription `sub`. REQUIRES: there are items.
  virtual void append_item(std::string& items, std::string_view body) const = 0;
  virtual void append_events(std::string& out, std::uint32_t sub, std::string_view items) const = 0;
};

const Codec& json_codec();         // courtside.v1.json
const Codec& flatbuffers_codec();  // courtside.v1.flatbuffers

}  // namespace courtside::protocol
