// Goal: a figure reads the same for people and for scripts, with its unit in its name.
#include "bench/report.h"

#include <gtest/gtest.h>

#include "bench/server_figures.h"

namespace courtside {
namespace {

Report example() {
  Report report("fanout");
  report.setting("connections", 1000);
  report.setting("size_bytes", 200);
  report.figure("deliveries_per_s", 4012345.4);
  report.figure("server_cpu_s_per_million_deliveries", 0.3125, 3);
  return report;
}

TEST(Report, IsOneJsonObject) {
  EXPECT_EQ(example().json(),
            "{\"workload\":\"fanout\",\"connections\":1000,\"size_bytes\":200,"
            "\"deliveries_per_s\":4012345,\"server_cpu_s_per_million_deliveries\":0.312}");
}

TEST(Report, IsATableForPeople) {
  EXPECT_EQ(example().table(),
            "fanout:  connections 1,000  size bytes 200\n"
            "  deliveries per s                     4,012,345\n"
            "  server cpu s per million deliveries      0.312\n");
}

TEST(Report, NamesEveryPercentile) {
  LatencyHistogram histogram;
  for (int i = 0; i < 100; ++i) histogram.record(200'000);
  histogram.record(3'000'000);
  Report report("latency");
  report.latencies("receive", histogram);
  EXPECT_NEAR(report.value("receive_p50_ms"), 0.2, 0.002);
  EXPECT_NEAR(report.value("receive_p99_ms"), 0.2, 0.002);
  EXPECT_EQ(report.value("receive_max_ms"), 3.0);
  EXPECT_EQ(report.value("no_such"), 0.0);
}

TEST(ServerFigures, ReadsWholeNamesOnly) {
  const ServerFigures figures(
      "# HELP a_total Events.\n# TYPE a_total counter\n"
      "a_total_more 5\na_total 1.5\nb 3e+06\n");
  EXPECT_EQ(figures.value("a_total"), 1.5);
  EXPECT_EQ(figures.value("b"), 3e6);
  EXPECT_EQ(figures.value("a"), 0.0);
}

}  // namespace
}  // namespace courtside
