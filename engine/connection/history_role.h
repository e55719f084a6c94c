// Connects a HistoryStream (which does no I/O) to its connection, its shard and the read threads.
//
// Threads: its shard's.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/connection/audit_traces.h"
#include "engine/connection/link.h"
#include "engine/connection/role.h"
#include "engine/history/history_stream.h"

namespace courtside {

class HistoryRole final : public Role, public HistoryHost {
 public:
  // All references must outlive it.
  HistoryRole(Exchange& exchange, Link& link, AuditTraces& traces, HistoryFile file);

  void begin() { stream_->begin(); }

  // Role
  bool is_over() const override { return stream_->over(); }
  bool is_history() const override { return true; }
  RoleInfo describe() const override {
    return {.kind = "history", .actor = stream_->reader().actor};
  }
  void on_message(Opcode /*opcode*/, std::string_view /*payload*/) override {}  // not a WebSocket
  void on_verdict(const Verdict& /*verdict*/) override {}  // it appends only audit events
  void on_drained() override { stream_->on_drained(); }
  void on_tick(std::uint64_t now_ms) override;
  void on_half_closed() override {}  // the client waits for the rest
  void on_closed() override { stream_->on_gone(); }
  void on_rights_change(const RightsChange& change, bool revokes) override;
  void drain(const Goodbye& /*goodbye*/) override {
    stream_->cut({Code::draining, "the server is going down"});
  }

 private:
  // HistoryHost
  void read_part(std::shared_ptr<HistorySource> source) override;
  std::optional<Result<ReadGrant>> check_history(const Identity& reader,
                                                 const std::vector<std::string>& channels,
                                                 std::uint64_t attempt) override;
  Result<std::string> trace_history(const HistoryTrace& trace) override;
  bool awaits_traces() const override { return traces_.awaited(); }
  void refuse_history(const Error& error) override;
  void start_history(const std::string& after, const std::string& through) override;
  void send_history(std::string bytes) override;
  void end_history() override { link_.end_stream(); }
  void cut_history(std::string_view reason) override;
  bool congested() const override { return link_.congested(); }
  std::uint64_t history_bytes_taken() const override { return link_.bytes_acknowledged(); }

  Exchange& exchange_;
  Link& link_;
  AuditTraces& traces_;
  HttpResponse head_;
  const Admission::HistoryLeases place_;
  // Callbacks hold a weak pointer, because the connection may already serve its next file.
  const std::shared_ptr<HistoryStream> stream_;
};

}  // namespace courtside
