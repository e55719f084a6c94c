// Connects a WebSocket Session (which does no I/O) to its connection, its shard and Access.
//
// Threads: its shard's.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/connection/audit_traces.h"
#include "engine/connection/link.h"
#include "engine/connection/role.h"
#include "engine/session/session.h"

namespace courtside {

class SessionRole final : public Role, private SessionHost, private SubscriberOwner {
 public:
  // All references must outlive it.
  SessionRole(Exchange& exchange, Link& link, AuditTraces& traces, const protocol::Codec& codec,
              const Wire& wire, std::optional<Identity> identity);

  // Role
  bool is_over() const override { return false; }  // lasts as long as its connection
  bool is_history() const override { return false; }
  RoleInfo describe() const override {
    return {.kind = "session",
            .actor = session_.actor(),
            .subscriptions = session_.subscription_count()};
  }
  void on_message(Opcode opcode, std::string_view payload) override;
  void on_verdict(const Verdict& verdict) override { session_.on_verdict(verdict); }
  void on_log_failure(const Error& error) override { session_.on_log_failure(error); }
  void on_drained() override { session_.on_drained(); }
  void on_tick(std::uint64_t now_ms) override { session_.on_tick(now_ms, link_.traffic()); }
  void on_half_closed() override {}  // the connection ends by itself
  void on_closed() override {}
  void on_rights_change(const RightsChange& change, bool revokes) override {
    session_.on_rights_change(change, revokes);
  }
  void drain(const Goodbye& goodbye) override;

 private:
  struct AskedStates;

  // SubscriberOwner
  void send_frames(const SharedBytes& frames) override;
  bool congested() const override { return link_.congested(); }
  void on_read_failed(SubscriberId id, const Error& error) override;
  std::string reader_key() const override {
    return link_.admission().reader_key(session_.identity());
  }

  // SessionHost
  SubscriberOwner& owner() override { return *this; }
  Hub& hub() override { return link_.hub(); }
  void send_frame(std::string frame) override { link_.send(std::move(frame)); }
  void send_ping() override { link_.ping(); }
  void close(std::uint16_t code, std::string_view reason) override {
    link_.close_websocket(code, reason);
  }
  void pause_reading() override { link_.pause_reading(); }
  void resume_reading() override { link_.resume_reading(); }
  OffsetRange log_held() const override { return link_.services().log.held(); }
  void resolve_start(std::uint32_t sub, std::uint64_t attempt, const protocol::From& from,
                     const Filter& filter) override;
  void read_states(const Identity& identity, std::uint32_t sub, std::uint64_t attempt,
                   const Start& start, const SharedInterest& interest) override;
  std::optional<Result<Identity>> identify(const std::optional<std::string>& credential,
                                           std::uint64_t attempt) override;
  Result<void> check_credential(const Identity& identity) override {
    return link_.services().access.check_credential(identity);
  }
  std::optional<Result<ReadGrant>> check_read(const Identity& identity,
                                              const std::vector<std::string>& channels,
                                              std::uint32_t sub, std::uint64_t attempt) override;
  std::optional<Result<PublishGrant>> check_publish(const Identity& identity, EventView event,
                                                    std::uint64_t attempt) override;
  Result<void> take_publish(const Identity& identity) override;
  Result<std::shared_ptr<const void>> take_subscribe(const Identity& identity, std::size_t channels,
                                                     bool catches_up) override;
  std::uint64_t access_changes() const override { return link_.services().access.changes(); }
  std::optional<Result<void>> trace_read(const Identity& identity, const Filter& filter,
                                         std::uint32_t sub, std::uint64_t attempt) override;
  Result<void> publish(IncomingEvent event, const Identity& identity, const PublishGrant& grant,
                       std::uint64_t ticket) override;

  void read_next_piece(const std::shared_ptr<AskedStates>& asked);
  void on_piece(const std::shared_ptr<AskedStates>& asked, const Result<bool>& done);

  Exchange& exchange_;
  Link& link_;
  AuditTraces& traces_;
  const SessionLimits limits_;
  Session session_;
};

}  // namespace courtside
