// An event stream without a session: server-sent events, those of Durable Streams, or CloudEvents
// over WebSocket. It sends the events that match its one interest, and its position at each
// keep-alive.
//
// The answer to a reader of Durable Streams ends when the reader should ask again, which is how it
// learns of everything but events: regularly, because its token may be renewed; at a gap; and when
// its right or token has ended. It always ends behind a control event, because the reader would
// take a block that comes before the end twice.
//
// Threads: its shard's.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "engine/access/reader_rights.h"
#include "engine/connection/link.h"
#include "engine/connection/role.h"
#include "engine/delivery/hub.h"
#include "engine/delivery/start.h"
#include "engine/delivery/stream_control.h"
#include "engine/session/liveness.h"

namespace courtside {

// The HTTP head of the stream; the whole answer to HEAD.
HttpResponse event_stream_head();
HttpResponse durable_stream_head();

class StreamRole final : public Role, private SubscriberOwner {
 public:
  // The references must outlive it.
  StreamRole(Exchange& exchange, Link& link, SharedInterest interest, StreamTerms terms);
  // Removes its subscriber from the hub.
  ~StreamRole() override;

  // Answers `request` with the stream. Call it once.
  void begin(const HttpRequest& request, const Start& start);

  // Role
  // Only the answer to a reader of Durable Streams ends before its connection.
  bool is_over() const override { return ended_ && control_.has_value(); }
  bool is_history() const override { return false; }
  RoleInfo describe() const override {
    return {.kind = "stream", .actor = reader_.actor, .subscriptions = 1};
  }
  void on_message(Opcode opcode, std::string_view payload) override;
  void on_verdict(const Verdict& /*verdict*/) override {}  // it appends nothing
  void on_drained() override { link_.hub().on_drained(subscriber_); }
  void on_tick(std::uint64_t now_ms) override;
  void on_half_closed() override;
  void on_closed() override {}
  void on_rights_change(const RightsChange& change, bool revokes) override;
  void drain(const Goodbye& goodbye) override;

 private:
  enum class Pause : std::uint8_t { kNo, kUntilKnown };

  // SubscriberOwner
  void send_frames(const SharedBytes& frames) override;
  void send_message(const Wire& wire, const protocol::ServerMessage& message) override;
  bool congested() const override { return link_.congested(); }
  void on_read_failed(SubscriberId id, const Error& error) override;
  std::string reader_key() const override { return link_.admission().reader_key(reader_); }

  void send_beginning(const Start& start);
  void send_block(const SharedBytes& events);
  void send_position();
  void send_control_position(bool is_keep_alive);
  std::uint64_t keep_alive_ms() const;
  void check(Pause pause);
  void on_checked(std::uint64_t attempt, const Result<ReadGrant>& grant);
  void end(Code code, std::string_view reason);
  void end(std::uint16_t close_code, std::string_view reason);

  Exchange& exchange_;
  Link& link_;
  const SharedInterest interest_;
  const Identity reader_;
  std::shared_ptr<const void> place_;  // until it has ended
  const bool is_traced_;
  const std::optional<UpgradeTerms> upgrade_;  // over WebSocket
  Liveness liveness_;
  const SessionLimits limits_;
  ReaderRights rights_;
  SubscriberId subscriber_;
  std::uint64_t next_keep_alive_ms_;
  std::optional<StreamControl> control_;  // of Durable Streams
  std::uint64_t ends_ms_ = 0;             // when its answer ends at the latest; 0: never
  bool ended_ = false;                    // it sends nothing more
};

}  // namespace courtside
