#include "engine/connection/audit_traces.h"

#include <utility>
#include <vector>

#include "base/log.h"
#include "base/time.h"

namespace courtside {

Result<void> AuditTraces::append_query(const Identity& identity, const Filter& filter,
                                       std::optional<std::size_t> rows) {
  ConnectionAdmission& admission = link_.admission();
  if (const auto taken = admission.counted(admission.take_publish(identity)); !taken) return taken;
  Result<IncomingEvent> trace = query_trace(identity, filter, rows, now());
  if (!trace) return fail(trace.error());
  return append(std::move(*trace), /*while_draining=*/false);
}

Result<std::string> AuditTraces::append_history(const HistoryTrace& trace) {
  // The end of a file that has begun is always recorded.
  if (trace.causationid.empty()) {
    const Result<void> taken = link_.admission().take_publish(trace.reader);
    if (!taken) return fail(taken.error());
  }
  Result<IncomingEvent> event = history_trace(trace, now());
  if (!event) return fail(event.error());
  std::string id(EventView(event->event).id());
  // Also while draining: a file that is cut then still records its end.
  const Result<void> appended = append(std::move(*event), /*while_draining=*/true);
  if (!appended) {
    log_warning("history", "an audit event could not be appended: " + appended.error().message);
    return fail(appended.error());
  }
  return id;
}

Result<void> AuditTraces::append(IncomingEvent event, bool while_draining) {
  std::vector<IncomingEvent> events;
  events.push_back(std::move(event));
  Result<Append> append = make_append(link_.services().router, std::move(events), Identity{}, {});
  if (!append) return fail(append.error());
  const Result<void> submitted = link_.submit(std::move(*append), kTicket, while_draining);
  if (submitted) ++awaited_;
  return submitted;
}

void AuditTraces::after(Resumption then, Refusal refused) {
  if (awaited_ == 0) return then(exchange_);
  waiting_.push_back({std::move(then), std::move(refused)});
}

void AuditTraces::on_kept() {
  --awaited_;
  // A waiter may append the next audit event; the remaining ones then wait for it, too.
  while (link_.is_open() && awaited_ == 0 && !waiting_.empty()) {
    const Waiter waiter = std::move(waiting_.front());
    waiting_.pop_front();
    waiter.then(exchange_);
  }
}

// It is not known whose audit event it was, so none of the waiters gets data.
void AuditTraces::on_refused(const Error& error) {
  --awaited_;
  if (waiting_.empty()) {
    log_warning("history", "the end of a read could not be recorded: " + error.message);
  }
  for (const Waiter& waiter : std::exchange(waiting_, {})) {
    if (!link_.is_open()) return;
    waiter.refused(exchange_, error);
  }
}

void AuditTraces::on_log_failure(const Error& error) {
  while (awaited_ > 0) on_refused(error);
}

}  // namespace courtside
