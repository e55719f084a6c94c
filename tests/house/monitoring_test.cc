// Goal: the alerts, the dashboard and the pages name metrics that the server has, and all of them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cctype>
#include <regex>
#include <set>
#include <string>
#include <string_view>

#include "engine/config/settings.h"
#include "engine/server/metrics_table.h"
#include "tests/house/pages.h"
#include "tests/house/tree.h"

namespace courtside::house {
namespace {

using testing::AnyOf;
using testing::Contains;
using testing::EndsWith;
using testing::IsSubsetOf;
using testing::IsSupersetOf;

const std::string kMonitoringRoot = std::string(COURTSIDE_SOURCE_DIR) + "/";

// The names in a text, without those that a histogram's series add.
std::set<std::string> metrics_in(const std::string& text) {
  static const std::regex name("\\b(courtside|process)_[a-z_]+");
  std::set<std::string> out;
  for (std::sregex_iterator match(text.begin(), text.end(), name), end; match != end; ++match) {
    std::string found = match->str();
    for (const char* suffix : {"_bucket", "_sum", "_count"}) {
      if (!found.ends_with(suffix)) continue;
      const std::string base = found.substr(0, found.size() - std::string(suffix).size());
      const Metric* metric = find_metric(base);
      if (metric != nullptr && metric->kind == MetricKind::kHistogram) found = base;
    }
    out.insert(found);
  }
  return out;
}

std::set<std::string> all_metrics() {
  std::set<std::string> out;
  for (const Metric& metric : metrics()) out.insert(std::string(metric.name));
  return out;
}

TEST(Metrics, HaveOneRowEachAndAUnit) {
  EXPECT_EQ(all_metrics().size(), metrics().size()) << "a name is there twice";
  for (const Metric& metric : metrics()) {
    const std::string name(metric.name);
    EXPECT_EQ(name.ends_with("_total"), metric.kind == MetricKind::kCounter) << name;
    if (metric.kind == MetricKind::kHistogram) {
      EXPECT_THAT(name, EndsWith("_seconds"));
    }
    EXPECT_TRUE(metric.help.ends_with('.')) << name;
  }
}

TEST(Metrics, HaveAGroupInOnePiece) {
  std::set<MetricGroup> done;
  for (std::size_t i = 0; i < metrics().size(); ++i) {
    if (i > 0 && metrics()[i].group == metrics()[i - 1].group) continue;
    EXPECT_TRUE(done.insert(metrics()[i].group).second) << metrics()[i].name;
  }
}

TEST(Alerts, NameMetricsOfTheServer) {
  const auto named =
      metrics_in(read_file(kMonitoringRoot + "deploy/prometheus/courtside.rules.yml"));
  EXPECT_GT(named.size(), 15u);
  EXPECT_THAT(all_metrics(), IsSupersetOf(named));
  EXPECT_THAT(all_metrics(), IsSupersetOf(metrics_in(read_file(
                                 kMonitoringRoot + "tests/deploy/courtside.rules.test.yml"))));
}

TEST(Dashboard, HasAPanelForEachMetric) { EXPECT_EQ(metrics_in(dashboard()), all_metrics()); }

TEST(Documents, EveryMetricIsExplained) {
  const std::string page = read_file(kMonitoringRoot + "docs/operations.md");
  const std::size_t begin = page.find("\n## What to watch\n");
  const std::string section = page.substr(begin, page.find("\n## ", begin + 1) - begin);
  EXPECT_EQ(metrics_in(section), all_metrics());
  EXPECT_THAT(metrics_in(read_file(kMonitoringRoot + "docs/deploy.md")), IsSubsetOf(all_metrics()));
}

// Each limit with its default, in one row.
TEST(Documents, EveryLimitIsInTheTableOfBounds) {
  const std::string page = read_file(kMonitoringRoot + "docs/operations.md");
  const std::size_t begin = page.find("\n## Every bound\n");
  ASSERT_NE(begin, std::string::npos);
  const std::string section = page.substr(begin, page.find("\n## ", begin + 1) - begin);
  const Config defaults;
  constexpr std::string_view kFolder = "limits.";
  for (const Setting& setting : settings()) {
    if (!setting.name.starts_with(kFolder)) continue;
    const std::string name = "`" + std::string(setting.name.substr(kFolder.size())) + "`";
    const std::size_t at = section.find(name);
    ASSERT_NE(at, std::string::npos) << name;
    const std::string row = section.substr(at, section.find('\n', at) - at);
    const std::string value = value_text(setting, defaults);
    if (value == "0") continue;  // it is derived, and the row says how
    EXPECT_THAT(row, testing::HasSubstr("`" + value + "`")) << name;
  }
}

}  // namespace
}  // namespace courtside::house
