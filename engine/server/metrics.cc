#include "engine/server/metrics.h"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <limits>
#include <sstream>
#include <system_error>
#include <utility>

#include "base/check.h"
#include "base/version.h"
#include "engine/server/process_memory.h"

namespace courtside {
namespace {

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

double seconds_of(clockid_t clock) {
  timespec time{};
  clock_gettime(clock, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

// Field 22 of /proc/self/stat, in ticks since the machine's start. A service may not see the
// machine's own files in /proc.
double start_time() {
  std::ifstream file("/proc/self/stat");
  std::string text;
  std::getline(file, text);
  std::istringstream fields(text.substr(text.rfind(')') + 1));  // after the name, the second
  std::string field;
  for (int number = 3; number < 22; ++number) fields >> field;
  double ticks = 0;
  fields >> ticks;
  const double age = seconds_of(CLOCK_BOOTTIME) - ticks / static_cast<double>(sysconf(_SC_CLK_TCK));
  return seconds_of(CLOCK_REALTIME) - age;
}

std::uint64_t open_descriptors() {
  // Since Linux 6.2 the folder's size is their number; before, it is 0.
  struct stat folder {};
  if (stat("/proc/self/fd", &folder) == 0 && folder.st_size > 0) {
    return static_cast<std::uint64_t>(folder.st_size);
  }
  std::uint64_t count = 0;
  std::error_code error;
  for (std::filesystem::directory_iterator file("/proc/self/fd", error), end; !error && file != end;
       file.increment(error)) {
    ++count;
  }
  return count > 0 ? count - 1 : 0;  // without the one that reads the folder
}

std::uint64_t descriptors_max() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  return limit.rlim_cur;
}

prometheus::MetricType type_of(MetricKind kind) {
  switch (kind) {
    case MetricKind::kCounter: return prometheus::MetricType::Counter;
    case MetricKind::kGauge: return prometheus::MetricType::Gauge;
    case MetricKind::kHistogram: return prometheus::MetricType::Histogram;
  }
  return prometheus::MetricType::Untyped;
}

prometheus::ClientMetric::Histogram histogram_of(const DurationHistogram::Counts& counts) {
  prometheus::ClientMetric::Histogram out;
  std::uint64_t cumulative = 0;
  for (std::size_t i = 0; i < DurationHistogram::kBuckets; ++i) {
    cumulative += counts.buckets[i];
    const bool is_last = i == DurationHistogram::kBoundsUs.size();
    const double bound = is_last ? std::numeric_limits<double>::infinity()
                                 : static_cast<double>(DurationHistogram::kBoundsUs[i]) / 1e6;
    out.bucket.push_back({cumulative, bound});
  }
  out.sample_count = cumulative;
  out.sample_sum = static_cast<double>(counts.sum_us) / 1e6;
  return out;
}

prometheus::ClientMetric client_metric(const Sample& sample) {
  prometheus::ClientMetric metric;
  switch (sample.metric->kind) {
    case MetricKind::kCounter: metric.counter.value = sample.value; break;
    case MetricKind::kGauge: metric.gauge.value = sample.value; break;
    case MetricKind::kHistogram: metric.histogram = histogram_of(*sample.counts); break;
  }
  for (const auto& [name, value] : sample.labels) metric.label.push_back({name, value});
  return metric;
}

}  // namespace

void Samples::add(std::string_view name, double value, Labels labels) {
  const Metric* metric = find_metric(name);
  COURTSIDE_CHECK(metric != nullptr && metric->kind != MetricKind::kHistogram);
  all_.push_back({.metric = metric, .value = value, .labels = std::move(labels)});
}

void Samples::add(std::string_view name, const DurationHistogram::Counts& counts, Labels labels) {
  const Metric* metric = find_metric(name);
  COURTSIDE_CHECK(metric != nullptr && metric->kind == MetricKind::kHistogram);
  all_.push_back({.metric = metric, .labels = std::move(labels), .counts = counts});
}

void add_process_samples(Samples& samples) {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  static const double started = start_time();
  samples.add("courtside_build_info", 1.0, {{"version", kVersion}, {"compiler", __VERSION__}});
  samples.add("process_start_time_seconds", started);
  samples.add("process_cpu_seconds_total", seconds(usage.ru_utime) + seconds(usage.ru_stime));
  samples.add("process_resident_memory_bytes", resident_bytes());
  samples.add("process_open_fds", open_descriptors());
  samples.add("process_max_fds", descriptors_max());
}

std::uint64_t folder_bytes(const std::string& path) {
  std::uint64_t bytes = 0;
  std::error_code error;
  for (std::filesystem::recursive_directory_iterator file(path, error), end; !error && file != end;
       file.increment(error)) {
    std::error_code gone;  // files come and go meanwhile
    const std::uintmax_t size = file->is_regular_file(gone) ? file->file_size(gone) : 0;
    if (!gone) bytes += size;
  }
  return bytes;
}

std::string render_metrics(const Samples& samples) {
  std::vector<prometheus::MetricFamily> families;
  for (const Sample& sample : samples.all()) {
    const Metric& metric = *sample.metric;
    if (families.empty() || families.back().name != metric.name) {
      families.push_back(
          {std::string(metric.name), std::string(metric.help), type_of(metric.kind), {}});
    }
    families.back().metric.push_back(client_metric(sample));
  }
  std::ostringstream out;
  prometheus::TextSerializer().Serialize(out, families);
  return out.str();
}

}  // namespace courtside
