// The dashboard of Grafana: a row for each group of the table of metrics, a panel for each metric.
#include <algorithm>
#include <string>
#include <string_view>
#include <tuple>

#include "base/format.h"
#include "base/json.h"
#include "engine/server/metrics_table.h"
#include "tests/house/pages.h"

namespace courtside::house {
namespace {

constexpr int kColumns = 24;
constexpr int kPanelWidth = 8;
constexpr int kPanelHeight = 7;

std::string json_text_of(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

// A moment in seconds since 1970, which Grafana shows as a time from now.
bool is_moment(std::string_view name) {
  return name.ends_with("_until_seconds") || name.ends_with("_heard_seconds") ||
         name.ends_with("_start_time_seconds");
}

std::string_view unit_of(const Metric& metric) {
  if (is_moment(metric.name)) return "dateTimeFromNow";
  if (metric.name == "process_cpu_seconds_total") return "percentunit";
  if (metric.kind == MetricKind::kCounter) return "cps";
  if (metric.name.ends_with("_seconds")) return "s";
  if (metric.name.ends_with("_bytes")) return "bytes";
  return "short";
}

std::string target(std::string_view reference, const std::string& expression,
                   std::string_view legend) {
  return format("{{\"refId\": {}, \"expr\": {}, \"legendFormat\": {}}}", json_text_of(reference),
                json_text_of(expression), json_text_of(legend));
}

std::string targets_of(const Metric& metric) {
  const std::string chosen = format("{}{{instance=~\"$instance\"}}", metric.name);
  switch (metric.kind) {
    case MetricKind::kCounter:
      return target("A", format("rate({}[$__rate_interval]) > 0", chosen), "__auto");
    case MetricKind::kGauge:
      return target("A", is_moment(metric.name) ? chosen + " * 1000" : chosen, "__auto");
    case MetricKind::kHistogram: break;
  }
  std::string out;
  for (const auto& [reference, quantile, legend] :
       {std::tuple{"A", "0.5", "half"}, {"B", "0.99", "99 of 100"}}) {
    const std::string expression = format(
        "histogram_quantile({}, sum by (instance, kind, le) "
        "(rate({}_bucket{{instance=~\"$instance\"}}[$__rate_interval])))",
        quantile, metric.name);
    out.append(out.empty() ? "" : ",\n        ");
    out.append(target(reference, expression, format("{{{{instance}}}} {{{{kind}}}} {}", legend)));
  }
  return out;
}

std::string panel(const Metric& metric, int id, int x, int y) {
  return format(
      "    {{\n"
      "      \"id\": {}, \"type\": \"timeseries\", \"title\": {},\n"
      "      \"description\": {},\n"
      "      \"datasource\": {{\"type\": \"prometheus\", \"uid\": \"${{datasource}}\"}},\n"
      "      \"gridPos\": {{\"x\": {}, \"y\": {}, \"w\": {}, \"h\": {}}},\n"
      "      \"fieldConfig\": {{\"defaults\": {{\"unit\": {}, \"min\": 0}}, \"overrides\": []}},\n"
      "      \"targets\": [\n        {}\n      ]\n"
      "    }}",
      id, json_text_of(metric.name), json_text_of(metric.help), x, y, kPanelWidth, kPanelHeight,
      json_text_of(unit_of(metric)), targets_of(metric));
}

std::string row(std::string_view title, int id, int y) {
  return format(
      "    {{\"id\": {}, \"type\": \"row\", \"title\": {}, \"collapsed\": false, \"panels\": [],\n"
      "      \"gridPos\": {{\"x\": 0, \"y\": {}, \"w\": {}, \"h\": 1}}}}",
      id, json_text_of(title), y, kColumns);
}

constexpr std::string_view kHead = R"json({
  "title": "Courtside",
  "uid": "courtside",
  "tags": ["courtside"],
  "schemaVersion": 36,
  "editable": true,
  "refresh": "30s",
  "time": {"from": "now-3h", "to": "now"},
  "templating": {"list": [
    {"name": "datasource", "type": "datasource", "query": "prometheus"},
    {"name": "instance", "type": "query", "multi": true, "includeAll": true, "refresh": 2,
     "datasource": {"type": "prometheus", "uid": "${datasource}"},
     "query": "label_values(courtside_build_info, instance)"
}
  ]
  },
  "panels": [
)json";

}  // namespace

std::string dashboard() {
  std::string panels;
  int id = 0;
  int x = 0;
  int y = 0;
  const MetricGroup* group = nullptr;
  const auto append = [&](const std::string& each) {
    panels.append(panels.empty() ? "" : ",\n").append(each);
  };
  for (const Metric& metric : metrics()) {
    if (group == nullptr || *group != metric.group) {
      if (x > 0) y += kPanelHeight;
      append(row(title_of(metric.group), ++id, y));
      group = &metric.group;
      ++y;
      x = 0;
    }
    append(panel(metric, ++id, x, y));
    x += kPanelWidth;
    if (x < kColumns) continue;
    x = 0;
    y += kPanelHeight;
  }
  return std::string(kHead) + panels + "\n  ]\n}\n";
}

}  // namespace courtside::house
