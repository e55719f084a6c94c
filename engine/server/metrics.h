// The values of metrics_table.h, and the Prometheus page.
//
// A shard counts in plain numbers on its own thread and publishes them as relaxed atomics at the
// end of each turn; the page sums over the shards when it is requested.
//
// Threads: a ShardStats is written by its shard and read by any.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/duration_histogram.h"
#include "engine/server/close_counts.h"
#include "engine/server/metrics_table.h"

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
  CloseCounts closes;
  DurationHistogram delivery;  // once for each commit
  DurationHistogram loop_lag;  // once for each tick
};

using Labels = std::vector<std::pair<std::string, std::string>>;

// One sample of the page.
struct Sample {
  const Metric* metric;
  double value = 0;
  Labels labels = {};
  std::optional<DurationHistogram::Counts> counts = {};  // of a histogram
};

// The samples of a page. Those of one metric are adjacent.
class Samples {
 public:
  // REQUIRES: the table has the metric `name`, of the kind that the value has.
  void add(std::string_view name, double value, Labels labels = {});
  void add(std::string_view name, std::uint64_t value, Labels labels = {}) {
    add(name, static_cast<double>(value), std::move(labels));
  }
  void add(std::string_view name, const DurationHistogram::Counts& counts, Labels labels = {});

  const std::vector<Sample>& all() const { return all_; }

 private:
  std::vector<Sample> all_;
};

// CPU time, memory, descriptors and start of this process, from the operating system, and what it
// was built from.
void add_process_samples(Samples& samples);

// The sum of the sizes of the files in a folder and in those below it.
std::uint64_t folder_bytes(const std::string& path);

// Renders the samples in Prometheus' text format.
std::string render_metrics(const Samples& samples);

}  // namespace courtside
