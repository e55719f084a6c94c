// What the server counts, and the page that Prometheus reads.
//
// A shard counts in plain numbers on its own thread and publishes them as relaxed atomics at the
// end of each turn; the page adds the shards up when it is asked for.
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
  std::atomic<std::uint64_t> subscribers{0};      // now
  std::atomic<std::uint64_t> history_streams{0};  // now
  std::atomic<std::uint64_t> accepted{0};         // connections ever
  std::atomic<std::uint64_t> requests{0};         // HTTP requests
  std::atomic<std::uint64_t> deliveries{0};       // events sent live, per subscriber
  std::atomic<std::uint64_t> replayed{0};         // events sent from pages, per subscriber
  std::atomic<std::uint64_t> fell_behind{0};
  std::atomic<std::uint64_t> gaps{0};
  std::atomic<std::uint64_t> queued_bytes{0};     // in send queues, now
  std::atomic<std::uint64_t> waiting_commits{0};  // in the shard's mailbox, now
};

// One line of the page.
struct Sample {
  std::string name;  // "courtside_events_total"
  std::string help;
  bool counter = false;  // else a gauge
  double value = 0;
  // Of the line. Lines of one name stand together.
  std::vector<std::pair<std::string, std::string>> labels = {};
};

// What the operating system says of this process.
std::vector<Sample> process_samples();

// Prometheus' text format.
std::string render_metrics(const std::vector<Sample>& samples);

}  // namespace courtside
