// What a session needs from the connection and the shard around it, and its limits.
//
// Nothing here has a default: a host that forgets a part does not compile. Threads: the session's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/access/access.h"
#include "engine/delivery/hub.h"
#include "engine/delivery/start.h"
#include "schema/incoming_event.h"
#include "schema/protocol.h"

namespace courtside {

struct SessionLimits {
  std::uint32_t heartbeat_ms = 25'000;
  std::uint32_t hello_timeout_ms = 5'000;
  std::size_t message_bytes_max = 64 * 1024;
  std::size_t subscriptions_max = 100;         // more: bad_request
  std::size_t channels_max = 10'000;           // over all subscriptions; more: bad_request
  std::size_t publishes_in_flight_max = 1024;  // more wait in the socket
  std::uint32_t leeway_s = 5;                  // a token is accepted for this long after its end
  std::uint32_t recheck_ms = 60'000;  // how often rights are checked although nothing changed
};

class SessionHost {
 public:
  virtual SubscriberOwner& owner() = 0;
  virtual Hub& hub() = 0;

  // Sends a framed message, before anything that is sent later.
  virtual void send_frame(std::string frame) = 0;
  virtual void send_ping() = 0;
  // Closes with this code once what was sent has gone out.
  virtual void close(std::uint16_t code, std::string_view reason) = 0;
  virtual void pause_reading() = 0;
  virtual void resume_reading() = 0;

  // The log as a whole, which may be ahead of the hub.
  virtual OffsetRange log_held() const = 0;
  // Answers with Session::on_start, later.
  virtual void resolve_start(std::uint32_t sub, std::uint64_t attempt, const protocol::From& from,
                             const Filter& filter) = 0;

  // What the channels that are subjects were at previous(start.next), as the interest may see them.
  // Answers with Session::on_states, later and once, unless the session is gone; with any error
  // where Session::awaits_states has become false. One is asked for at a time.
  virtual void read_states(const Identity& identity, std::uint32_t sub, std::uint64_t attempt,
                           const Start& start, const SharedInterest& interest) = 0;

  // Questions of access. Each is answered now, or later with the Session::on_... of its name and
  // the same attempt.
  virtual std::optional<Result<Identity>> identify(const std::optional<std::string>& credential,
                                                   std::uint64_t attempt) = 0;
  // Access::check_credential.
  virtual Result<void> check_credential(const Identity& identity) = 0;
  virtual std::optional<Result<ReadGrant>> check_read(const Identity& identity,
                                                      const std::vector<std::string>& channels,
                                                      std::uint32_t sub, std::uint64_t attempt) = 0;
  virtual std::optional<Result<PublishGrant>> check_publish(const Identity& identity,
                                                            EventView event,
                                                            std::uint64_t attempt) = 0;
  // Counts one publish; rate_limited when there were too many.
  virtual Result<void> take_publish(const Identity& identity) = 0;
  // Counts one subscribe to so many channels; rate_limited when there were too many, or the caller
  // holds too many; overloaded when it begins in the past or with states (`catches_up`) and memory
  // is short. What it returns holds the subscription's place.
  virtual Result<std::shared_ptr<const void>> take_subscribe(const Identity& identity,
                                                             std::size_t channels,
                                                             bool catches_up) = 0;
  // Access::changes().
  virtual std::uint64_t access_changes() const = 0;
  // Writes the audit trace of a subscription to another account's channel, before it begins. The
  // answer comes when the trace is on disk: now, or later with Session::on_read_traced and the same
  // attempt.
  virtual std::optional<Result<void>> trace_read(const Identity& identity, const Filter& filter,
                                                 std::uint32_t sub, std::uint64_t attempt) = 0;

  // Routes and submits; the verdict comes with Session::on_verdict and the same ticket.
  virtual Result<void> publish(IncomingEvent event, const Identity& identity,
                               const PublishGrant& grant, std::uint64_t ticket) = 0;

 protected:
  ~SessionHost() = default;
};

}  // namespace courtside
