// The table of all metrics. The page GET /metrics, the dashboard in deploy/grafana and the tests of
// the alerts and of docs/operations.md are made from it. To add a metric, add a row here and its
// value in server_samples.cc.
//
// Threads: any; the table is constant.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace courtside {

enum class MetricKind : std::uint8_t { kCounter, kGauge, kHistogram };

// What a metric is about: a row of the dashboard.
enum class MetricGroup : std::uint8_t {
  kTraffic,
  kLog,
  kDelivery,
  kAccess,
  kOutbox,
  kProcess,
};

struct Metric {
  std::string_view name;  // ends in its unit, and a counter in `_total`
  MetricKind kind;
  MetricGroup group;
  std::string_view help;  // a sentence
  // It is there only with TLS, a source or an incident.
  bool is_optional = false;
};

const std::vector<Metric>& metrics();

// Null when there is no such metric.
const Metric* find_metric(std::string_view name);

// "Log"
std::string_view title_of(MetricGroup group);

}  // namespace courtside
