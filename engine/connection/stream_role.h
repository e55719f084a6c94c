// A connection that is a stream of events without a session: server-sent events, or CloudEvents
// over WebSocket. It is sent what its one interest matches, and its position at each keep-alive.
//
// Threads: its shard's.
#pragma once

#include <cstdint>
#include <string_view>

#include "engine/access/reader_rights.h"
#include "engine/connection/link.h"
#include "engine/connection/role.h"
#include "engine/delivery/hub.h"
#include "engine/delivery/start.h"
#include "engine/session/liveness.h"

namespace courtside {

// What it begins with over HTTP; all of the answer to HEAD.
HttpResponse event_stream_head();

class StreamRole final : public Role, private SubscriberOwner {
 public:
  // Both outlive it. `is_traced`: that it is read stands in the log.
  StreamRole(Exchange& exchange, Link& link, SharedInterest interest, Identity reader,
             bool is_traced);
  // Takes its subscriber out of the hub.
  ~StreamRole() override;

  // Answers `request` with the stream. Once.
  void begin(const HttpRequest& request, const Start& start);

  // Role
  bool is_over() const override { return false; }  // it lasts as long as its connection
  bool is_history() const override { return false; }
  void on_message(Opcode opcode, std::string_view payload) override;
  void on_verdict(const Verdict& /*verdict*/) override {}  // it appends nothing
  void on_drained() override { link_.hub().on_drained(subscriber_); }
  void on_tick(std::uint64_t now_ms) override;
  void on_half_closed() override;
  void on_closed() override {}
  void on_rights_change(const RightsChange& change, bool revokes) override;
  void drain(std::uint16_t code) override { end(code, "the server is going down"); }

 private:
  enum class Pause : std::uint8_t { kNo, kUntilKnown };

  // SubscriberOwner
  void send_frames(const SharedBytes& frames) override;
  bool congested() const override { return link_.congested(); }
  void on_read_failed() override;

  void send_beginning(const Start& start);
  void send_position();
  std::uint64_t keep_alive_ms() const;
  void check(Pause pause);
  void on_checked(std::uint64_t attempt, const Result<ReadGrant>& grant);
  void end(Code code, std::string_view reason);
  void end(std::uint16_t close_code, std::string_view reason);

  Exchange& exchange_;
  Link& link_;
  const SharedInterest interest_;
  const Identity reader_;
  const bool is_traced_;
  const bool is_websocket_;
  Liveness liveness_;
  ReaderRights rights_;
  SubscriberId subscriber_;
  std::uint64_t next_keep_alive_ms_;
  bool ended_ = false;  // and its connection is closing
};

}  // namespace courtside
