#include "engine/server/metrics.h"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>
#include <sys/resource.h>
#include <unistd.h>

#include <fstream>
#include <sstream>
#include <utility>

namespace courtside {
namespace {

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

double resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  double total_pages = 0;
  double resident_pages = 0;
  statm >> total_pages >> resident_pages;
  return resident_pages * static_cast<double>(sysconf(_SC_PAGESIZE));
}

}  // namespace

std::vector<Sample> process_samples() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return {
      {"process_cpu_seconds_total", "User and system CPU time spent in seconds.", true,
       seconds(usage.ru_utime) + seconds(usage.ru_stime)},
      {"process_resident_memory_bytes", "Resident memory size in bytes.", false, resident_bytes()}};
}

std::string render_metrics(const std::vector<Sample>& samples) {
  std::vector<prometheus::MetricFamily> families;
  families.reserve(samples.size());
  for (const Sample& sample : samples) {
    prometheus::ClientMetric metric;
    if (sample.counter) {
      metric.counter.value = sample.value;
    } else {
      metric.gauge.value = sample.value;
    }
    for (const auto& [name, value] : sample.labels) metric.label.push_back({name, value});
    if (families.empty() || families.back().name != sample.name) {
      families.push_back(
          {sample.name,
           sample.help,
           sample.counter ? prometheus::MetricType::Counter : prometheus::MetricType::Gauge,
           {}});
    }
    families.back().metric.push_back(std::move(metric));
  }
  std::ostringstream out;
  prometheus::TextSerializer().Serialize(out, families);
  return out.str();
}

}  // namespace courtside
