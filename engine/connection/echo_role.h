// A WebSocket that returns each message as it came, for conformance tests of the framing: text as
// text, binary as binary. It reads no event and knows no caller.
//
// Threads: its shard's.
#pragma once

#include <string_view>

#include "engine/connection/link.h"
#include "engine/connection/role.h"

namespace courtside {

class EchoRole final : public Role {
 public:
  // `link` must outlive it. `window_bits`: as for append_message_frame.
  EchoRole(Link& link, unsigned window_bits);

  // Role
  bool is_over() const override { return false; }  // lasts as long as its connection
  bool is_history() const override { return false; }
  RoleInfo describe() const override { return {.kind = "echo"}; }
  void on_message(Opcode opcode, std::string_view payload) override;
  void on_verdict(const Verdict& /*verdict*/) override {}  // it appends nothing
  void on_drained() override { link_.resume_reading(); }
  void on_tick(std::uint64_t now_ms) override;
  void on_half_closed() override {}  // the connection ends by itself
  void on_closed() override {}
  void on_rights_change(const RightsChange& /*change*/, bool /*revokes*/) override {}
  void drain(const Goodbye& goodbye) override;

 private:
  Link& link_;
  const unsigned window_bits_;
  Liveness liveness_;
};

}  // namespace courtside
