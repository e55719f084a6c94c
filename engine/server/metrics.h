// The server's counters and the Prometheus page.
//
// A shard counts in plain numbers on its own thread and publishes them as relaxed atomics at the
// end of each turn; the page sums over the shards when it is requested.
//
// Threads: a ShardStats is written by its shard and read by any.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/strong_id.h"

namespace courtside {

struct ShardStats {
  std::atomic<std::uint64_t> connections{0};      // open now
  std::atomic<std::uint64_t> sessions{0};         // WebSocket sessions and streams, open now
  std::atomic<std::uint64_t> subscribers{0};      // open now
  std::atomic<std::uint64_t> history_streams{0};  // being sent now
  std::atomic<std::uint64_t> accepted{0};         // connections since the start
  std::atomic<std::uint64_t> requests{0};         // HTTP requests
  std::atomic<std::uint64_t> deliveries{0};       // live events sent, per subscriber
  std::atomic<std::uint64_t> replayed{0};         // events sent from pages, per subscriber
  std::atomic<std::uint64_t> fell_behind{0};
  std::atomic<std::uint64_t> gaps{0};
  std::atomic<std::uint64_t> queued_bytes{0};     // in send queues, now
  std::atomic<std::uint64_t> waiting_commits{0};  // in the shard's mailbox, now
};

// One sample of the page.
struct Sample {
  std::string name;  // "courtside_events_total"
  std::string help;
  bool counter = false;  // false: a gauge
  double value = 0;
  // Its labels. Samples of one name are adjacent.
  std::vector<std::pair<std::string, std::string>> labels = {};
};

// CPU time and memory of this process, from the operating system.
std::vector<Sample> process_samples();

// Renders the samples in Prometheus' text format.
std::string render_metrics(const std::vector<Sample>& samples);

}  // namespace courtside
