// A session's subscriptions, from the request to their end, and the right to each of them.
//
//   subscribe --> right asked for --> trace written --> start looked up --> states read --> begun
//                   |                   (another          (only from         (only with
//                 refused                account's)        a time)            `state`)
//
// A step does not wait when its answer is known at once. A begun subscription is a subscriber of
// the hub. Its right is checked again when it may have changed, and at regular intervals.
// `ReaderRights` decides what each answer means.
//
// Each question carries an attempt number, and the subscription keeps that of its last question. An
// answer with another number is late: it belongs to an earlier question, or to an earlier
// subscription with the same `sub`. It is dropped.
//
// Threads: the session's. Invariant: a subscriber of the hub belongs to one subscription here, and
// is removed with it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "engine/access/reader_rights.h"
#include "engine/session/session_context.h"
#include "engine/session/session_host.h"
#include "engine/session/session_identity.h"
#include "schema/protocol.h"

namespace courtside {

class SessionSubscriptions {
 public:
  // All outlive it.
  SessionSubscriptions(SessionHost& host, SessionContext& context, const SessionIdentity& reader,
                       const Wire& wire, const SessionLimits& limits)
      : host_(host), context_(context), reader_(reader), wire_(wire), limits_(limits) {}
  // Removes its subscribers from the hub.
  ~SessionSubscriptions() { clear(); }
  SessionSubscriptions(const SessionSubscriptions&) = delete;
  SessionSubscriptions& operator=(const SessionSubscriptions&) = delete;

  std::size_t count() const { return subs_.size(); }

  // Requests of the client. REQUIRES: it is authenticated.
  void subscribe(protocol::Subscribe& message);
  void unsubscribe(const protocol::Unsubscribe& message);

  // Answers of the host; see SessionHost. A late one is dropped.
  void on_read_checked(std::uint32_t number, std::uint64_t attempt, const Result<ReadGrant>& grant);
  void on_read_traced(std::uint32_t number, std::uint64_t attempt);
  void on_read_not_traced(std::uint32_t number, std::uint64_t attempt, const Error& error);
  // Ends the subscription of this subscriber.
  void end_subscriber(SubscriberId id, const Error& why);
  void on_start(std::uint32_t number, std::uint64_t attempt, const Result<Start>& start);
  void on_states(std::uint32_t number, std::uint64_t attempt, const Start& start,
                 const Result<std::vector<protocol::State>>& states);
  bool awaits_states(std::uint32_t number, std::uint64_t attempt) const;

  // Checks rights again: of all subscriptions, of those that the change may affect, of those whose
  // check is due. kUntilKnown: nothing is sent until the answer is known, since the right may have
  // ended.
  enum class Pause : std::uint8_t { kNo, kUntilKnown };
  void check_all(Pause pause);
  void check_concerned(const RightsChange& change);
  void check_due();

  // The connection is no longer congested.
  void on_drained();

  // Whether one of them receives events as they are committed.
  bool any_live() const;

  // Ends all of them, with an `unsubscribed` message each.
  void end_all(const Error& why);
  // Ends all of them without a message.
  void clear();

 private:
  struct Sub {
    SharedInterest interest;
    protocol::From from;
    SubscriberId subscriber;    // 0 until it has begun
    std::uint32_t request = 0;  // the subscribe's id, until it is answered
    ReaderRights rights;
    // The audit trace of reading another account's events: the attempt that asked for it (0: none),
    // whether it is in the log, and whether the subscription waits for that.
    std::uint64_t trace_attempt = 0;
    bool is_traced = false;
    bool waits_for_trace = false;
    bool wants_state = false;
    std::shared_ptr<const void> place = {};  // SessionHost::take_subscribe
    std::optional<Start> start = {};         // where it begins, as soon as its states are read
    // Hashes of its channels that a rights change may name, ascending. A change is compared with
    // the channels of a subscription only when its hash is here.
    std::vector<std::size_t> fact_channels = {};

    bool has_begun() const { return subscriber != SubscriberId(); }
  };

  Result<void> check_room(const protocol::Subscribe& message) const;
  // The subscription whose question has this attempt; null when the answer is late.
  Sub* find_asking(std::uint32_t number, std::uint64_t attempt);

  // The right.
  void check(std::uint32_t number, Pause pause);
  template <typename Which>
  void check_each(Pause pause, Which which);
  // False while it waits for its audit trace, and when it was ended.
  bool trace(std::uint32_t number, Sub& sub, std::uint64_t attempt);
  void take_unmasked(Sub& sub, const ReadGrant& grant);
  void resume(Sub& sub, const ReadGrant& grant);

  // The beginning.
  void start_reading(std::uint32_t number, Sub& sub);
  void begin(std::uint32_t number, Sub& sub, const Result<Start>& start);
  void read_next_states();
  void begin_with(std::uint32_t number, Sub& sub, const Start& start,
                  const std::vector<protocol::State>& states);

  void end(std::uint32_t number, const Error& why);
  // Removes it here and in the hub.
  Sub remove(std::uint32_t number);

  SessionHost& host_;
  SessionContext& context_;
  const SessionIdentity& reader_;
  const Wire& wire_;
  const SessionLimits& limits_;
  std::map<std::uint32_t, Sub> subs_;
  std::size_t channel_count_ = 0;
  std::uint64_t states_attempt_ = 0;  // of the subscription whose states are being read; 0: none
};

}  // namespace courtside
