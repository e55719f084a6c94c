// Appends the audit events of one connection: who read what of another account. The data is sent
// when the audit events are durable.
//
// Threads: its shard's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <optional>
#include <string>

#include "engine/connection/link.h"
#include "engine/http/exchange.h"
#include "engine/routing/publisher.h"

namespace courtside {

class AuditTraces {
 public:
  // Both references must outlive it. `exchange` is passed to the waiters.
  AuditTraces(Link& link, Exchange& exchange) : link_(link), exchange_(exchange) {}

  // The ticket of audit events; tickets of other appends are smaller.
  static constexpr std::uint64_t kTicket = std::uint64_t{1} << 63;

  // See Exchange::append_trace.
  Result<void> append_query(const Identity& identity, const Filter& filter,
                            std::optional<std::size_t> rows);
  // Appends the audit event of a history file; returns its id.
  Result<std::string> append_history(const HistoryTrace& trace);

  // Whether an appended audit event is not durable yet.
  bool awaited() const { return awaited_ > 0; }
  using Refusal = std::function<void(Exchange&, const Error&)>;
  // Calls `then` when all audit events so far are durable, at once if they are; or `refused` when
  // the log has refused one of them. Neither when the connection closes before.
  void after(Resumption then, Refusal refused);
  // One audit event is durable.
  void on_kept();
  // The log has refused one.
  void on_refused(const Error& error);
  // The log has failed: those that are not durable yet never will be.
  void on_log_failure(const Error& error);

 private:
  struct Waiter {
    Resumption then;
    Refusal refused;
  };

  Result<void> append(IncomingEvent event, bool while_draining);

  Link& link_;
  Exchange& exchange_;
  std::size_t awaited_ = 0;
  std::list<Waiter> waiting_;  // in order
};

}  // namespace courtside
