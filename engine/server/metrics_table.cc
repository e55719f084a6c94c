#include "engine/server/metrics_table.h"

#include <algorithm>

namespace courtside {
namespace {

constexpr MetricKind kCounter = MetricKind::kCounter;
constexpr MetricKind kGauge = MetricKind::kGauge;
constexpr MetricKind kHistogram = MetricKind::kHistogram;
constexpr MetricGroup kTraffic = MetricGroup::kTraffic;
constexpr MetricGroup kLog = MetricGroup::kLog;
constexpr MetricGroup kDelivery = MetricGroup::kDelivery;
constexpr MetricGroup kAccess = MetricGroup::kAccess;
constexpr MetricGroup kOutbox = MetricGroup::kOutbox;
constexpr MetricGroup kProcess = MetricGroup::kProcess;

}  // namespace

const std::vector<Metric>& metrics() {
  static const std::vector<Metric> table = {
      {"courtside_connections", kGauge, kTraffic, "Open connections."},
      {"courtside_sessions", kGauge, kTraffic, "Open WebSocket sessions and streams."},
      {"courtside_subscribers", kGauge, kTraffic, "Subscriptions."},
      {"courtside_history_streams", kGauge, kTraffic, "History files being sent."},
      {"courtside_accepted_total", kCounter, kTraffic, "Connections accepted."},
      {"courtside_refused_total", kCounter, kTraffic, "Connections closed at once."},
      {"courtside_accept_exhausted_total", kCounter, kTraffic,
       "Times that no file descriptor was left for a new connection."},
      {"courtside_requests_total", kCounter, kTraffic, "HTTP requests."},
      {"courtside_closes_total", kCounter, kTraffic,
       "Closed WebSockets, by close code and by who closed first."},
      {"courtside_queued_bytes", kGauge, kTraffic, "Bytes waiting in send queues."},

      {"courtside_head_offset", kGauge, kLog, "Offset of the newest event."},
      {"courtside_first_offset", kGauge, kLog, "Offset of the oldest retained event."},
      {"courtside_log_bytes", kGauge, kLog, "Size of the files of the log."},
      {"courtside_events_total", kCounter, kLog, "Events appended since the start."},
      {"courtside_commits_total", kCounter, kLog, "Group commits since the start."},
      {"courtside_duplicates_total", kCounter, kLog, "Events that were already in the log."},
      {"courtside_conflicts_total", kCounter, kLog,
       "Appends refused for a stale expected version."},
      {"courtside_append_refusals_total", kCounter, kLog,
       "Appends refused because the disk is full, read-only or damaged."},
      {"courtside_storage_full", kGauge, kLog, "Whether appends are refused for want of space."},
      {"courtside_storage_read_only", kGauge, kLog,
       "Whether appends are refused because the disk cannot be written."},
      {"courtside_storage_free_bytes", kGauge, kLog, "Free space of the log's disk."},
      {"courtside_storage_needed_bytes", kGauge, kLog,
       "Appends are refused when less is free; while they are, they wait for so much."},
      {"courtside_damaged_reads_total", kCounter, kLog, "Reads that found damage in the log."},
      {"courtside_dropped_total", kCounter, kLog, "Events dropped by retention."},
      {"courtside_commit_seconds", kHistogram, kLog, "Time to write and sync a group commit."},
      {"courtside_clock_behind_seconds", kGauge, kLog,
       "How far the clock is behind the last event; new events get that event's time."},
      {"courtside_pending_append_bytes", kGauge, kLog, "Bytes of events waiting for the log."},

      {"courtside_deliveries_total", kCounter, kDelivery, "Events sent live, per subscription."},
      {"courtside_delivery_seconds", kHistogram, kDelivery,
       "Time from the arrival of a commit's first publish until a shard has queued its events for "
       "all of its live subscribers."},
      {"courtside_replayed_total", kCounter, kDelivery,
       "Events sent from the log, per subscription."},
      {"courtside_fell_behind_total", kCounter, kDelivery,
       "Times a slow subscription went back to the log."},
      {"courtside_gaps_total", kCounter, kDelivery, "Gaps reported to subscriptions."},
      {"courtside_waiting_commits", kGauge, kDelivery, "Commits that shards have yet to fan out."},
      {"courtside_page_seconds", kHistogram, kDelivery,
       "Time of a read of the log: live for subscriptions, history for HTTP."},
      {"courtside_records_read_total", kCounter, kDelivery,
       "Records read for resuming and for history."},
      {"courtside_loop_lag_seconds", kHistogram, kDelivery,
       "How late the timer of a shard fires, four times a second."},

      {"courtside_denied_total", kCounter, kAccess, "Denied requests and connections, by reason."},
      {"courtside_access_cache_hits_total", kCounter, kAccess,
       "Access facts answered from the cache."},
      {"courtside_access_cache_misses_total", kCounter, kAccess,
       "Access facts that waited for their source."},
      {"courtside_access_cache_stale_total", kCounter, kAccess,
       "Stale access facts used while their source failed."},
      {"courtside_access_failures_total", kCounter, kAccess,
       "Access facts that their source failed to load."},
      {"courtside_access_cache_entries", kGauge, kAccess, "Access facts in the cache."},
      {"courtside_pending_body_bytes", kGauge, kAccess,
       "Room taken by request bodies that are being received or checked."},
      {"courtside_tls_valid_until_seconds", kGauge, kAccess,
       "End of the certificate's validity, in seconds since 1970.", true},

      {"courtside_outbox_up", kGauge, kOutbox, "Whether the source is being read.", true},
      {"courtside_outbox_events_total", kCounter, kOutbox, "Events appended from the source.",
       true},
      {"courtside_outbox_duplicates_total", kCounter, kOutbox,
       "Rows whose ids were already in the log.", true},
      {"courtside_outbox_rejected_total", kCounter, kOutbox,
       "Rejected rows, which cannot become events.", true},
      {"courtside_outbox_ignored_total", kCounter, kOutbox,
       "Messages with the source's prefix that are not transactional, and so no events.", true},
      {"courtside_outbox_ahead_total", kCounter, kOutbox,
       "Events appended before an earlier version of their aggregate.", true},
      {"courtside_outbox_late_total", kCounter, kOutbox,
       "Events appended after a later version of their aggregate.", true},
      {"courtside_outbox_held", kGauge, kOutbox,
       "Events that wait for an earlier version of their aggregate.", true},
      {"courtside_outbox_lag_rows", kGauge, kOutbox,
       "Committed rows that are not read, up to 10,001.", true},
      {"courtside_outbox_lag_seconds", kGauge, kOutbox, "Age of the oldest of them.", true},
      {"courtside_outbox_skipped_rows", kGauge, kOutbox,
       "Committed rows that appeared before the source's position, up to 10,000.", true},
      {"courtside_outbox_uncertain_rows", kGauge, kOutbox,
       "Committed rows that may or may not have been read, up to 10,000.", true},
      {"courtside_outbox_slot_bytes", kGauge, kOutbox, "WAL that the replication slot keeps.",
       true},
      {"courtside_outbox_heard_seconds", kGauge, kOutbox,
       "Time of the last successful read, since 1970.", true},
      {"courtside_outbox_oldest_transaction_seconds", kGauge, kOutbox,
       "Age of the oldest open transaction that has written something.", true},
      {"courtside_outbox_blocking_transaction_seconds", kGauge, kOutbox,
       "Age of a transaction that is older than outbox.warn, with its session.", true},

      {"courtside_memory_budget_bytes", kGauge, kProcess,
       "Resident memory from which new work is refused."},
      {"courtside_memory_full", kGauge, kProcess,
       "Whether new work is refused for want of memory."},
      {"courtside_memory_refusals_total", kCounter, kProcess,
       "New work refused for want of memory, by kind."},
      {"courtside_memory_trims_total", kCounter, kProcess,
       "Times that freed memory was given back to the system."},

      {"courtside_build_info", kGauge, kProcess, "1, with the version and the compiler as labels."},
      {"process_start_time_seconds", kGauge, kProcess,
       "Start of the process, in seconds since 1970."},
      {"process_cpu_seconds_total", kCounter, kProcess,
       "User and system CPU time spent in seconds."},
      {"process_resident_memory_bytes", kGauge, kProcess, "Resident memory size in bytes."},
      {"process_open_fds", kGauge, kProcess, "Open file descriptors."},
      {"process_max_fds", kGauge, kProcess, "Maximum number of open file descriptors."},
  };
  return table;
}

const Metric* find_metric(std::string_view name) {
  const auto found = std::find_if(metrics().begin(), metrics().end(),
                                  [&](const Metric& metric) { return metric.name == name; });
  return found == metrics().end() ? nullptr : &*found;
}

std::string_view title_of(MetricGroup group) {
  switch (group) {
    case kTraffic: return "Connections";
    case kLog: return "Log";
    case kDelivery: return "Delivery";
    case kAccess: return "Access control";
    case kOutbox: return "Events from PostgreSQL";
    case kProcess: return "Process";
  }
  return "";
}

}  // namespace courtside
