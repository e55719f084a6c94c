// The values of a server's metrics: Server::samples() and its parts.
#include <string>
#include <utility>

#include "engine/server/server.h"

namespace courtside {
namespace {

double seconds_of_us(std::uint64_t us) { return static_cast<double>(us) / 1e6; }

DurationHistogram::Counts sum_of(const Shards& shards, DurationHistogram ShardStats::*member) {
  DurationHistogram::Counts sum;
  for (const auto& shard : shards) sum += (shard->stats().*member).counts();
  return sum;
}

void add_close_samples(Samples& samples, const Shards& shards) {
  for (std::size_t i = 0; i < CloseCounts::codes().size(); ++i) {
    const std::uint16_t code = CloseCounts::codes()[i];
    for (const bool by_client : {true, false}) {
      std::uint64_t total = 0;
      for (const auto& shard : shards) total += shard->stats().closes.total(i, by_client);
      samples.add("courtside_closes_total", total,
                  {{"code", code == 0 ? "other" : std::to_string(code)},
                   {"by", by_client ? "client" : "server"}});
    }
  }
}

}  // namespace

Samples Server::samples() const {
  Samples samples;
  add_process_samples(samples);
  add_log_samples(samples);
  add_access_samples(samples);
  add_memory_samples(samples);
  add_shard_samples(samples);
  outboxes_->add_samples(samples);
  if (tls_) {
    samples.add("courtside_tls_valid_until_seconds",
                static_cast<std::uint64_t>(tls_->valid_until_s()));
  }
  return samples;
}

void Server::add_storage_samples(Samples& samples) const {
  const LogCondition log = log_->condition();
  const StorageState state = log.storage.state;
  samples.add("courtside_storage_full", static_cast<std::uint64_t>(state == StorageState::kFull));
  samples.add("courtside_storage_read_only",
              static_cast<std::uint64_t>(state == StorageState::kReadOnly));
  samples.add("courtside_storage_free_bytes", log.storage.free_bytes);
  samples.add("courtside_storage_needed_bytes", log.storage.needed_bytes);
  samples.add("courtside_damaged_reads_total", log.damage_count);
}

void Server::add_log_samples(Samples& samples) const {
  const OffsetRange held = log_->held();
  samples.add("courtside_head_offset", held.end.value() - 1);
  samples.add("courtside_first_offset", held.begin.value());
  samples.add("courtside_log_bytes", log_bytes_.load());

  const SequencerCounters appended = sequencer_->counters();
  samples.add("courtside_events_total", appended.events);
  samples.add("courtside_commits_total", appended.commits);
  samples.add("courtside_duplicates_total", appended.duplicates);
  samples.add("courtside_conflicts_total", appended.conflicts);
  samples.add("courtside_append_refusals_total", appended.refused);
  add_storage_samples(samples);
  samples.add("courtside_dropped_total", appended.dropped);
  samples.add("courtside_commit_seconds", appended.commit_times);
  samples.add("courtside_clock_behind_seconds", seconds_of_us(appended.clock_behind_us));
  samples.add("courtside_pending_append_bytes", appended.pending_bytes);
  samples.add("courtside_records_read_total", pages_->records_read());
  samples.add("courtside_page_seconds", reads_->times(ReadClass::kLive), {{"kind", "live"}});
  samples.add("courtside_page_seconds", reads_->times(ReadClass::kHistory), {{"kind", "history"}});
}

void Server::add_access_samples(Samples& samples) const {
  const FactCache::Counters facts = access_->cache_counters();
  samples.add("courtside_access_cache_hits_total", facts.hits);
  samples.add("courtside_access_cache_misses_total", facts.misses);
  samples.add("courtside_access_cache_stale_total", facts.stale);
  samples.add("courtside_access_failures_total", facts.failures);
  samples.add("courtside_access_cache_entries", facts.entries);
  samples.add("courtside_pending_body_bytes", admission_->body_bytes());
  samples.add("courtside_refused_total", acceptor_->refused());
  samples.add("courtside_accept_exhausted_total", acceptor_->exhausted());
  for (std::size_t i = 0; i < kDenialCount; ++i) {
    const auto reason = static_cast<Denial>(i);
    samples.add("courtside_denied_total", admission_->denials().total(reason),
                {{"reason", std::string(name_of(reason))}});
  }
}

void Server::add_memory_samples(Samples& samples) const {
  const MemoryBudget& memory = admission_->memory();
  samples.add("courtside_memory_budget_bytes", memory.bytes());
  samples.add("courtside_memory_full", static_cast<std::uint64_t>(memory.is_exceeded()));
  for (std::size_t i = 0; i < kNewWorkCount; ++i) {
    const auto work = static_cast<NewWork>(i);
    samples.add("courtside_memory_refusals_total", memory.refused(work),
                {{"work", std::string(name_of(work))}});
  }
  samples.add("courtside_memory_trims_total", memory.trims());
}

void Server::add_shard_samples(Samples& samples) const {
  const auto sum = [&](std::atomic<std::uint64_t> ShardStats::*member) {
    std::uint64_t total = 0;
    for (const auto& shard : *shards_) total += (shard->stats().*member).load();
    return total;
  };
  samples.add("courtside_connections", sum(&ShardStats::connections));
  samples.add("courtside_sessions", sum(&ShardStats::sessions));
  samples.add("courtside_subscribers", sum(&ShardStats::subscribers));
  samples.add("courtside_history_streams", sum(&ShardStats::history_streams));
  samples.add("courtside_accepted_total", sum(&ShardStats::accepted));
  samples.add("courtside_requests_total", sum(&ShardStats::requests));
  samples.add("courtside_deliveries_total", sum(&ShardStats::deliveries));
  samples.add("courtside_replayed_total", sum(&ShardStats::replayed));
  samples.add("courtside_fell_behind_total", sum(&ShardStats::fell_behind));
  samples.add("courtside_gaps_total", sum(&ShardStats::gaps));
  samples.add("courtside_queued_bytes", sum(&ShardStats::queued_bytes));
  samples.add("courtside_waiting_commits", sum(&ShardStats::waiting_commits));
  samples.add("courtside_delivery_seconds", sum_of(*shards_, &ShardStats::delivery));
  samples.add("courtside_loop_lag_seconds", sum_of(*shards_, &ShardStats::loop_lag));
  add_close_samples(samples, *shards_);
}

}  // namespace courtside
