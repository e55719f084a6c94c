// The metrics of a server: Server::samples() and its parts.
#include <string>
#include <utility>

#include "engine/server/server.h"

namespace courtside {
namespace {

void add_gauge(std::vector<Sample>& samples, std::string name, std::string help,
               std::uint64_t value) {
  samples.push_back({std::move(name), std::move(help), false, static_cast<double>(value)});
}

void add_counter(std::vector<Sample>& samples, std::string name, std::string help,
                 std::uint64_t value) {
  samples.push_back({std::move(name), std::move(help), true, static_cast<double>(value)});
}

}  // namespace

std::vector<Sample> Server::samples() const {
  std::vector<Sample> samples = process_samples();
  add_log_samples(samples);
  add_access_samples(samples);
  add_shard_samples(samples);
  outboxes_->add_samples(samples);
  if (tls_) {
    add_gauge(samples, "courtside_tls_valid_until_seconds",
              "End of the certificate's validity, in seconds since 1970.",
              static_cast<std::uint64_t>(tls_->valid_until_s()));
  }
  return samples;
}

void Server::add_log_samples(std::vector<Sample>& samples) const {
  const OffsetRange held = log_->held();
  add_gauge(samples, "courtside_head_offset", "Offset of the newest event.", held.end.value() - 1);
  add_gauge(samples, "courtside_first_offset", "Offset of the oldest retained event.",
            held.begin.value());

  const SequencerCounters appended = sequencer_->counters();
  add_counter(samples, "courtside_events_total", "Events appended since the start.",
              appended.events);
  add_counter(samples, "courtside_commits_total", "Group commits since the start.",
              appended.commits);
  add_counter(samples, "courtside_duplicates_total", "Events that were already in the log.",
              appended.duplicates);
  add_counter(samples, "courtside_conflicts_total", "Appends refused for a stale expected version.",
              appended.conflicts);
  add_counter(samples, "courtside_dropped_total", "Events dropped by retention.", appended.dropped);
  samples.push_back({"courtside_sync_seconds_total", "Time spent writing and syncing.", true,
                     static_cast<double>(appended.sync_us) / 1e6});
  samples.push_back(
      {"courtside_clock_behind_seconds",
       "How far the clock is behind the last event; new events get that event's time.", false,
       static_cast<double>(appended.clock_behind_us) / 1e6});
  add_gauge(samples, "courtside_pending_append_bytes", "Bytes of events waiting for the log.",
            appended.pending_bytes);
  add_counter(samples, "courtside_records_read_total", "Records read for resuming and for history.",
              pages_->records_read());
}

void Server::add_access_samples(std::vector<Sample>& samples) const {
  const FactCache::Counters facts = access_->cache_counters();
  add_counter(samples, "courtside_access_cache_hits_total", "Access facts answered from the cache.",
              facts.hits);
  add_counter(samples, "courtside_access_cache_misses_total",
              "Access facts that waited for their source.", facts.misses);
  add_counter(samples, "courtside_access_cache_stale_total",
              "Stale access facts used while their source failed.", facts.stale);
  add_counter(samples, "courtside_access_failures_total",
              "Access facts that their source failed to load.", facts.failures);
  add_gauge(samples, "courtside_access_cache_entries", "Access facts in the cache.", facts.entries);
  add_counter(samples, "courtside_refused_total", "Connections closed at once.",
              acceptor_->refused());
  add_counter(samples, "courtside_accept_exhausted_total",
              "Times that no file descriptor was left for a new connection.",
              acceptor_->exhausted());
  for (std::size_t i = 0; i < kDenialCount; ++i) {
    const auto reason = static_cast<Denial>(i);
    samples.push_back({"courtside_denied_total",
                       "Denied requests and connections, by reason.",
                       true,
                       static_cast<double>(admission_->denials().total(reason)),
                       {{"reason", std::string(name_of(reason))}}});
  }
}

void Server::add_shard_samples(std::vector<Sample>& samples) const {
  const auto sum = [&](std::atomic<std::uint64_t> ShardStats::*member) {
    std::uint64_t total = 0;
    for (const auto& shard : *shards_) total += (shard->stats().*member).load();
    return total;
  };
  add_gauge(samples, "courtside_connections", "Open connections.", sum(&ShardStats::connections));
  add_gauge(samples, "courtside_sessions", "Open WebSocket sessions and streams.",
            sum(&ShardStats::sessions));
  add_gauge(samples, "courtside_subscribers", "Subscriptions.", sum(&ShardStats::subscribers));
  add_gauge(samples, "courtside_history_streams", "History files being sent.",
            sum(&ShardStats::history_streams));
  add_counter(samples, "courtside_accepted_total", "Connections accepted.",
              sum(&ShardStats::accepted));
  add_counter(samples, "courtside_requests_total", "HTTP requests.", sum(&ShardStats::requests));
  add_counter(samples, "courtside_deliveries_total", "Events sent live, per subscription.",
              sum(&ShardStats::deliveries));
  add_counter(samples, "courtside_replayed_total", "Events sent from the log, per subscription.",
              sum(&ShardStats::replayed));
  add_counter(samples, "courtside_fell_behind_total",
              "Times a slow subscription went back to the log.", sum(&ShardStats::fell_behind));
  add_counter(samples, "courtside_gaps_total", "Gaps reported to subscriptions.",
              sum(&ShardStats::gaps));
  add_gauge(samples, "courtside_queued_bytes", "Bytes waiting in send queues.",
            sum(&ShardStats::queued_bytes));
  add_gauge(samples, "courtside_waiting_commits", "Commits that shards have yet to fan out.",
            sum(&ShardStats::waiting_commits));
}

}  // namespace courtside
