#include "bench/report.h"

#include <algorithm>
#include <cstdio>

#include "base/json.h"

namespace courtside {
namespace {

std::string fixed(double value, int digits) {
  char text[64];
  const int size = std::snprintf(text, sizeof text, "%.*f", digits, value);
  return {text, static_cast<std::size_t>(std::clamp(size, 0, int{sizeof text} - 1))};
}

// 1234567.5 as "1,234,567.5".
std::string grouped(const std::string& number) {
  std::string out = number;
  const auto point = std::min(out.find('.'), out.size());
  const std::size_t first = out.starts_with('-') ? 1 : 0;
  for (std::size_t place = point; place > first + 3;) out.insert(place -= 3, ",");
  return out;
}

std::string spaced(std::string name) {
  std::replace(name.begin(), name.end(), '_', ' ');
  return name;
}

}  // namespace

void Report::setting(std::string_view name, std::uint64_t value) {
  settings_.emplace_back(name, value);
}

void Report::figure(std::string_view name, double value, int digits) {
  figures_.push_back({std::string(name), value, digits});
}

void Report::latencies(std::string_view name, const LatencyHistogram& histogram) {
  const auto add = [&](std::string_view which, std::uint64_t ns) {
    figure(std::string(name).append("_").append(which).append("_ms"), static_cast<double>(ns) / 1e6,
           3);
  };
  add("p50", histogram.percentile_ns(50));
  add("p90", histogram.percentile_ns(90));
  add("p99", histogram.percentile_ns(99));
  add("p99.9", histogram.percentile_ns(99.9));
  add("max", histogram.max_ns());
}

double Report::value(std::string_view name) const {
  for (const Figure& figure : figures_) {
    if (figure.name == name) return figure.value;
  }
  return 0;
}

std::string Report::json() const {
  JsonObject object;
  object.text("workload", workload_);
  for (const auto& [name, value] : settings_) object.number(name, value);
  for (const Figure& figure : figures_) {
    object.raw(figure.name, fixed(figure.value, figure.digits));
  }
  return object.take();
}

std::string Report::table() const {
  std::string out = workload_ + ":";
  for (const auto& [name, value] : settings_) {
    out.append("  ").append(spaced(name)).append(" ").append(grouped(std::to_string(value)));
  }
  out.push_back('\n');
  std::size_t name_width = 0;
  std::size_t value_width = 0;
  for (const Figure& figure : figures_) {
    name_width = std::max(name_width, figure.name.size());
    value_width = std::max(value_width, grouped(fixed(figure.value, figure.digits)).size());
  }
  for (const Figure& figure : figures_) {
    const std::string value = grouped(fixed(figure.value, figure.digits));
    out.append("  ").append(spaced(figure.name));
    out.append(name_width - figure.name.size() + 2 + value_width - value.size(), ' ');
    out.append(value).append("\n");
  }
  return out;
}

}  // namespace courtside
