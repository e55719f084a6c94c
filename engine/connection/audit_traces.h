// Appends the audit events of one connection: who read what of another account. The data is sent
// when the audit events are durable.
//
// Threads: its shard's.
#pragma once

#include <cstddef>
#include <cstdint>
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
  // See Exchange::after_traces.
  void after(Resumption then);
  // One audit event is durable.
  void on_kept();

 private:
  Result<void> append(IncomingEvent event, bool while_draining);

  Link& link_;
  Exchange& exchange_;
  std::size_t awaited_ = 0;
  std::list<Resumption> waiting_;  // in order
};

}  // namespace courtside
