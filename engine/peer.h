// One connection as the engine sees it: it answers HTTP requests, and becomes a WebSocket session
// or a stream of events when asked to. What it decides is elsewhere (HttpApi, Session, Hub); here
// it is joined to the connection.
//
// Threads: its shard's. It lives until its connection is closed; replies that come later find it by
// ConnectionId.
#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/doors/doorway.h"
#include "engine/history_stream.h"
#include "engine/hub.h"
#include "engine/liveness.h"
#include "engine/session.h"
#include "engine/start.h"
#include "schema/command.h"
#include "transport/connection.h"

namespace courtside {

class Shard;

// A stream of events without a session. (Not within Peer: clang 14 will not default-construct a
// nested class with initialisers while the enclosing one is incomplete.)
struct EventStream {
  EventStream(bool over_websocket, std::uint64_t now_ms)
      : is_websocket(over_websocket),
        liveness(over_websocket ? Liveness::Expects::kPongs : Liveness::Expects::kNothing, now_ms) {
  }

  Identity identity;
  SharedInterest interest;
  SubscriberId subscriber;
  bool is_websocket = false;
  bool is_traced = false;  // that it is read
  Liveness liveness;
  std::uint64_t next_keep_alive_ms = 0;
  std::uint64_t next_recheck_ms = 0;
  std::uint64_t check_attempt = 0;  // of the answer that is awaited
};

class Peer final : public ConnectionHandler,
                   public SubscriberOwner,
                   public SessionHost,
                   public HistoryHost {
 public:
  Peer(Shard& shard, Doorway door) : shard_(shard), door_(std::move(door)) {}
  ~Peer() override;

  void set_connection(Connection& connection) {
    connection_ = &connection;
    id_ = connection.id();
    door_.set_connection(id_.value());
  }
  ConnectionId id() const { return id_; }
  Shard& shard() { return shard_; }
  Doorway& door() { return door_; }
  bool streaming() const {
    return session_ != nullptr || stream_.has_value() || history_ != nullptr;
  }
  bool streaming_history() const { return history_ != nullptr; }
  std::size_t queued_bytes() const { return connection_ ? connection_->queued_bytes() : 0; }

  // Whom the credential names; known now, or told to `then` later. rate_limited for a bad one after
  // too many of them from its address.
  using Identified = std::function<void(Peer&, const Result<Identity>&)>;
  std::optional<Result<Identity>> identify(const std::optional<std::string>& credential,
                                           Identified then);
  // The same by a ticket, which is used up.
  std::optional<Result<Identity>> redeem(const std::string& ticket, Identified then);

  // Shard::read_history for the request at hand.
  void read_history(const Identity& reader, std::function<std::function<void()>()> job);

  // Answers the request at hand; does nothing when the connection is gone. The answer waits until
  // every trace that this connection has appended is on the disk.
  void respond(HttpResponse response);

  // The page that asks, when the request at hand comes from one that may: its answers are for it.
  void set_origin(std::string_view origin) { origin_ = origin; }

  // The request at hand becomes a WebSocket session. `subprotocol` is what the answer names; empty
  // for a client that offered none. `identity` is empty where the request carried no credential.
  void open_session(const HttpRequest& request, const protocol::Codec& codec, const Wire& wire,
                    std::string_view subprotocol, std::optional<Identity> identity);
  // ... or a stream of events: `cloudevents` over WebSocket, or server-sent events. `is_traced`:
  // that it is read stands in the log.
  void open_stream(const HttpRequest& request, const Start& start, SharedInterest interest,
                   const Identity& identity, bool is_traced);

  // ... or is answered with the head of such a stream and no more: HEAD.
  void show_stream_head();

  // ... or is answered with history to its end, when the first part of it is there.
  void open_history(HistoryStream::Terms terms, std::shared_ptr<HistorySource> source);

  // Somebody read what is another account's: appends an event that says so, which counts as one
  // that an account publishes. overloaded when the log takes no more, rate_limited (and counted)
  // when the account has published as many as it may.
  Result<void> append_trace(const Identity& identity, const Filter& filter,
                            std::optional<std::size_t> rows);

  // Calls `then` when all traces that were appended so far are on the disk: what they tell of is
  // shown after that. At once when they are; never when the connection is gone before.
  void after_traces(std::function<void(Peer&)> then);

  // Appends what the request at hand brought; answers it when the verdict is there.
  void post_events(Append append, std::vector<std::string> ids);

  void on_verdict(const Verdict& verdict);
  void on_start(std::uint32_t sub, std::uint64_t attempt, const Result<Start>& start);
  bool awaits_states(std::uint32_t sub, std::uint64_t attempt) const;  // Session's
  void on_states(std::uint32_t sub, std::uint64_t attempt, const Start& start,
                 const Result<std::vector<protocol::State>>& states);
  void on_tick(std::uint64_t now_ms);
  void on_rights_change(const RightsChange& change, bool revokes);
  // The server goes down: first this, while the log still takes the trace of it, ...
  void cut_history_stream(std::string_view reason);
  // ... then this.
  void drain(std::uint16_t code);
  void abort();

  // ConnectionHandler
  void on_proxy_header(Connection& connection, bool is_good) override;
  void on_request(Connection& connection, HttpRequest& request) override;
  void on_bad_request(Connection& connection, const Error& error,
                      const HttpHeaders& headers) override;
  void on_half_closed(Connection& connection) override;
  void on_message(Connection& connection, Opcode opcode, std::string_view payload) override;
  void on_drained(Connection& connection) override;
  void on_closed(Connection& connection, CloseReason reason, std::uint16_t code) override;

  // HistoryHost (peer_history.cc)
  void read_part(std::shared_ptr<HistorySource> source) override;
  std::optional<Result<ReadGrant>> check_history(const Identity& reader,
                                                 const std::vector<std::string>& channels,
                                                 std::uint64_t attempt) override;
  Result<std::string> trace_history(const HistoryTrace& trace) override;
  bool awaits_traces() const override { return traces_awaited_ > 0; }
  void refuse_history(const Error& error) override;
  void start_history(const HttpResponse& head) override;
  void send_history(std::string bytes) override;
  void end_history() override;
  void cut_history(std::string_view reason) override;
  std::uint64_t history_bytes_taken() const override;

  // SubscriberOwner
  void send_frames(const SharedBytes& frames) override;
  bool congested() const override;
  void on_read_failed() override;

  // SessionHost
  SubscriberOwner& owner() override { return *this; }
  Hub& hub() override;
  void send_frame(std::string frame) override;
  void send_ping() override;
  void close(std::uint16_t code, std::string_view reason) override;
  void pause_reading() override;
  void resume_reading() override;
  OffsetRange log_held() const override;
  void resolve_start(std::uint32_t sub, std::uint64_t attempt, const protocol::From& from,
                     const Filter& filter) override;
  void read_states(const Identity& identity, std::uint32_t sub, std::uint64_t attempt,
                   const Start& start,
                   const SharedInterest& interest) override;  // peer_states.cc
  std::optional<Result<Identity>> identify(const std::optional<std::string>& credential,
                                           std::uint64_t attempt) override;
  Result<void> check_credential(const Identity& identity) override;
  std::optional<Result<ReadGrant>> check_read(const Identity& identity,
                                              const std::vector<std::string>& channels,
                                              std::uint32_t sub, std::uint64_t attempt) override;
  std::optional<Result<PublishGrant>> check_publish(const Identity& identity, EventView event,
                                                    std::uint64_t attempt) override;
  Result<void> take_subscribe(const Identity& identity) override {
    return door_.counted(door_.take_subscribe(identity));
  }
  std::uint64_t rights_changes() const override;
  std::optional<Result<void>> trace_read(const Identity& identity, const Filter& filter,
                                         std::uint32_t sub, std::uint64_t attempt) override;
  Result<void> publish(IncomingEvent event, const Identity& identity, const PublishGrant& grant,
                       std::uint64_t ticket) override;

 private:
  // A POST whose verdict is awaited.
  struct PendingPost {
    std::vector<std::string> ids;
    std::vector<std::string> subjects;
  };

  void begin_stream(const Start& start);
  std::uint64_t keep_alive_ms() const;
  Traffic traffic() const;
  void tick_stream(std::uint64_t now_ms);
  void send_stream_position();
  void check_stream(bool stand_still);
  void on_stream_checked(std::uint64_t attempt, const Result<ReadGrant>& grant);
  void end_stream(std::uint16_t code, std::string_view reason);
  void on_history(const std::function<void(HistoryStream&)>& happened);
  void on_trace_kept();
  void allow_origin(HttpResponse& response) const;
  Result<void> submit(Append append, bool while_draining = false);
  Result<void> append_trace_event(IncomingEvent event, bool while_draining = false);

  Shard& shard_;
  Doorway door_;
  Connection* connection_ = nullptr;  // null once it is closed
  ConnectionId id_;
  std::unique_ptr<Session> session_;
  std::optional<EventStream> stream_;
  std::unique_ptr<HistoryStream> history_;
  std::unique_ptr<PendingPost> post_;
  std::size_t traces_awaited_ = 0;  // that were appended, and have no verdict yet
  std::list<std::function<void(Peer&)>> after_traces_;  // what waits for them, in order
  std::string origin_;

  friend class Shard;
};

}  // namespace courtside
