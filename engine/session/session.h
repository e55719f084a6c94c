// One WebSocket client's side of the protocol: hello, subscriptions, publishes, and their answers.
//
// It does no I/O: feed it messages, verdicts and the passing of time; it speaks through SessionHost
// and adds its subscribers to the hub. Events do not pass through it: the hub sends them.
//
// Threads: its shard's.
#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "engine/access/access.h"
#include "engine/access/reader_rights.h"
#include "engine/delivery/hub.h"
#include "engine/delivery/start.h"
#include "engine/session/liveness.h"
#include "engine/session/session_publishing.h"
#include "schema/command.h"
#include "schema/protocol.h"

namespace courtside {

struct SessionLimits {
  std::uint32_t heartbeat_ms = 25'000;
  std::uint32_t hello_timeout_ms = 5'000;
  std::size_t message_bytes_max = 64 * 1024;
  std::size_t subscriptions_max = 100;         // more: bad_request
  std::size_t channels_max = 10'000;           // over all subscriptions; more: bad_request
  std::size_t publishes_in_flight_max = 1024;  // more wait in the socket
  std::uint32_t leeway_s = 5;                  // a token counts for so long after its end
  std::uint32_t recheck_ms = 60'000;           // how often rights are looked at without cause
};

// The connection and shard around a session.
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
  // One more subscribe of its kind: rate_limited when there were too many.
  virtual Result<void> take_subscribe(const Identity& /*identity*/) { return {}; }
  // Access::changes().
  virtual std::uint64_t access_changes() const { return 0; }
  // Leaves a trace of a subscription to another account's channel, before it begins. The answer
  // comes when the trace is on the disk: now, or later with Session::on_read_traced and the same
  // attempt.
  virtual std::optional<Result<void>> trace_read(const Identity& identity, const Filter& filter,
                                                 std::uint32_t sub, std::uint64_t attempt) = 0;

  // Routes and submits; the verdict comes with Session::on_verdict and the same ticket.
  virtual Result<void> publish(IncomingEvent event, const Identity& identity,
                               const PublishGrant& grant, std::uint64_t ticket) = 0;

 protected:
  ~SessionHost() = default;
};

class Session final : private SessionVoice {
 public:
  // `wire` and `codec` belong together. Both and the host outlive it. `now_ms` is the loop's clock.
  // `identity` is who the upgrade's credential named; empty where it carried none.
  Session(SessionHost& host, const protocol::Codec& codec, const Wire& wire,
          const SessionLimits& limits, std::uint64_t now_ms, std::optional<Identity> identity = {});
  // Takes its subscribers out of the hub.
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  void on_message(bool is_text, std::string_view payload);
  void on_verdict(const Verdict& verdict);
  void on_start(std::uint32_t sub, std::uint64_t attempt, const Result<Start>& start);
  void on_states(std::uint32_t sub, std::uint64_t attempt, const Start& start,
                 const Result<std::vector<protocol::State>>& states);
  // Whether they are of any use still.
  bool awaits_states(std::uint32_t sub, std::uint64_t attempt) const;
  void on_identity(std::uint64_t attempt, Result<Identity> identity);
  void on_read_checked(std::uint32_t sub, std::uint64_t attempt, const Result<ReadGrant>& grant);
  void on_read_traced(std::uint32_t sub, std::uint64_t attempt);
  void on_publish_checked(std::uint64_t attempt, const Result<PublishGrant>& grant);
  void on_drained();

  // An event that changes rights has just been handed out; nothing behind it was. `revokes`: see
  // Access::revokes.
  void on_rights_change(const RightsChange& change, bool revokes);

  // Time passed.
  void on_tick(std::uint64_t now_ms, const Traffic& traffic);

  // The server goes down: says so and closes with `close_code`.
  void drain(std::uint32_t retryafter_ms, std::uint16_t close_code);

  // Something of ours broke: closes with 1011.
  void break_off(std::string_view reason) { close(Code::internal, reason); }

 private:
  struct Sub {
    SharedInterest interest;
    protocol::From from;
    SubscriberId subscriber;    // 0 until it has begun
    std::uint32_t request = 0;  // the subscribe's id, until it is answered
    // Whose attempt tells a late answer, for an earlier question or an earlier use of this number,
    // from the one that is awaited.
    ReaderRights rights;
    bool is_traced = false;  // that it reads what is another account's
    bool wants_state = false;
    std::optional<Start> start = {};  // where it is to begin, when its states are there
  };
  // Why the credential is being looked at.
  struct Identifying {
    std::uint64_t attempt = 0;
    std::optional<std::string> credential;
    std::uint32_t refresh = 0;         // the request, or 0 for `hello`
    std::list<std::string> held = {};  // messages that came meanwhile
    std::size_t held_bytes = 0;        // past message_bytes_max no more are read
  };

  void take(std::string_view payload);
  void hold(std::string_view payload);
  void handle(protocol::Hello& message);
  void handle(protocol::Subscribe& message);
  void handle(protocol::Unsubscribe& message);
  void handle(protocol::Publish& message);
  void handle(protocol::Refresh& message);
  void handle(protocol::Ping& message);
  void handle(protocol::Pong& message);

  // Who.
  void identify(std::optional<std::string> credential, std::uint32_t refresh);
  void welcome(Identity identity);
  void refreshed(std::uint32_t request, Identity identity);
  void set_identity(Identity identity);
  void check_expiry(std::uint64_t now_ms);

  // Subscriptions.
  Result<void> check_room(const protocol::Subscribe& message) const;
  enum class Pause : std::uint8_t { kNo, kUntilKnown };
  void check(std::uint32_t number, Pause pause);
  template <typename Which>
  void check_each(Pause pause, Which which);
  void check_due();
  void end_session(const Error& why);
  void start_reading(std::uint32_t number, Sub& sub);
  void look_up_start(std::uint32_t number, Sub& sub);
  void begin(std::uint32_t number, Sub& sub, const Result<Start>& start);
  void read_next_states();
  void begin_with(std::uint32_t number, Sub& sub, const Start& start,
                  const std::vector<protocol::State>& states);
  void take_lifts(Sub& sub, const ReadGrant& grant);
  void go_on(Sub& sub, const ReadGrant& grant);
  void end(std::uint32_t number, const Error& why);

  void pace_reading();
  void send_progress();

  void send(const protocol::ServerMessage& message) override;
  void refuse(std::optional<std::uint32_t> request, Error error) override;
  std::uint64_t next_attempt() override { return ++last_attempt_; }
  void close(Code code, std::string_view reason);
  void close(std::uint16_t close_code, std::string_view reason);

  SessionHost& host_;
  const protocol::Codec& codec_;
  const Wire& wire_;
  const SessionLimits& limits_;

  bool welcomed_ = false;
  bool closing_ = false;
  bool paused_ = false;
  std::uint64_t began_ms_;
  std::uint64_t now_ms_;  // at the last tick
  std::uint64_t next_heartbeat_ms_ = 0;
  std::uint64_t next_recheck_ms_ = 0;  // of the credential
  Liveness liveness_;

  std::optional<Identity> identity_;
  std::unique_ptr<Identifying> identifying_;
  std::uint64_t expires_ms_ = 0;  // when the token ends, on the loop's clock; 0: never
  std::uint64_t ends_ms_ = 0;     // when its leeway does
  bool told_expiring_ = false;

  std::map<std::uint32_t, Sub> subs_;
  std::size_t channel_count_ = 0;
  std::uint64_t last_attempt_ = 0;
  std::uint64_t states_attempt_ = 0;  // whose states are being read; 0: nobody's

  SessionPublishing publishing_;
};

}  // namespace courtside
