// A request that waits for an event (a long poll): nothing is sent meanwhile. When the wait is
// over, the request's handler reads the log and answers.
//
// Threads: its shard's.
#pragma once

#include <cstdint>
#include <string_view>

#include "engine/access/reader_rights.h"
#include "engine/connection/link.h"
#include "engine/connection/role.h"
#include "engine/http/exchange.h"

namespace courtside {

class WaitRole final : public Role, private SubscriberOwner {
 public:
  // The references must outlive it. `then`: see Exchange::await_event.
  WaitRole(Exchange& exchange, Link& link, EventWait wait, Exchange::Waited then)
      : exchange_(exchange), link_(link), wait_(std::move(wait)), then_(std::move(then)) {}
  // Removes its subscriber from the hub.
  ~WaitRole() override { link_.hub().remove(subscriber_); }

  // Call it once.
  void begin();

  // Role
  bool is_over() const override { return is_over_; }
  bool is_history() const override { return false; }
  RoleInfo describe() const override {
    return {.kind = "wait", .actor = wait_.reader.actor, .subscriptions = 1};
  }
  void on_message(Opcode /*opcode*/, std::string_view /*payload*/) override {}  // not a WebSocket
  void on_verdict(const Verdict& /*verdict*/) override {}                       // appends nothing
  void on_drained() override { link_.hub().on_drained(subscriber_); }
  void on_tick(std::uint64_t now_ms) override;
  void on_half_closed() override {}  // the client waits for its answer
  void on_closed() override {}
  void on_rights_change(const RightsChange& change, bool revokes) override;
  void drain(const Goodbye& goodbye) override;

 private:
  // SubscriberOwner. The first frames end the wait.
  void send_frames(const SharedBytes& frames) override;
  void send_message(const Wire& wire, const protocol::ServerMessage& message) override;
  bool congested() const override { return link_.congested(); }
  void on_read_failed(SubscriberId /*id*/, const Error& /*error*/) override {
    finish(/*timed_out=*/false);  // the handler reads again, and answers with the error
  }
  std::string reader_key() const override { return link_.admission().reader_key(wait_.reader); }

  void finish(bool timed_out);

  Exchange& exchange_;
  Link& link_;
  const EventWait wait_;
  const Exchange::Waited then_;
  SubscriberId subscriber_;
  bool is_over_ = false;
};

}  // namespace courtside
