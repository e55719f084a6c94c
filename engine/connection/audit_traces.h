// The events that one connection appends to say who read what is another account's. What they tell
// of is shown when they are on the disk.
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
  // Both outlive it. `exchange` is handed to those who wait.
  AuditTraces(Link& link, Exchange& exchange) : link_(link), exchange_(exchange) {}

  // Tells the verdict of a trace from those of other appends, whose tickets are smaller.
  static constexpr std::uint64_t kTicket = std::uint64_t{1} << 63;

  // See Exchange::append_trace.
  Result<void> append_query(const Identity& identity, const Filter& filter,
                            std::optional<std::size_t> rows);
  // Of a file of history: its id.
  Result<std::string> append_history(const HistoryTrace& trace);

  // Whether one that was appended is not on the disk yet.
  bool awaited() const { return awaited_ > 0; }
  // See Exchange::after_traces.
  void after(Resumption then);
  // The verdict of one came.
  void on_kept();

 private:
  Result<void> append(IncomingEvent event, bool while_draining);

  Link& link_;
  Exchange& exchange_;
  std::size_t awaited_ = 0;
  std::list<Resumption> waiting_;  // in order
};

}  // namespace courtside
