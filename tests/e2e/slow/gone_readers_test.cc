// Goal: gone clients cost nothing more: pages that they asked for are not read.
#include <cstdio>
#include <list>

#include "tests/e2e/support/scale.h"
#include "tests/e2e/support/server_test.h"

namespace courtside::e2e {
namespace {

constexpr int kGoneEvents = 20'000;
constexpr double kReadsAfterMax = 10'000;

struct GoneReaders : ServerTest {
  double value_of(const char* name) { return metric(http, name).value_or(-1); }
};

// Story: 2,000 clients in a venue's network subscribed from the earliest event and lost their
// connections at once. The server still read 817,705 records for them, and returning clients had to
// wait.
TEST_F(GoneReaders, AreReadForNoMore) {
  for (int i = 0; i < kGoneEvents; i += 500) {
    std::vector<Draft> batch;
    for (int n = i; n < i + 500; ++n) batch.push_back({.id = "e" + std::to_string(n)});
    append(http, batch);
  }
  std::list<Session> sessions;
  const int clients = is_long() ? 2'000 : 500;
  for (int i = 0; i < clients; ++i) {
    sessions.emplace_back(port());
    sessions.back().say(subscribe_message({.from = R"("earliest")"}));
  }
  for (Session& session : sessions) session.ws().socket().reset();
  wait_until("they are gone", [&] { return value_of("courtside_subscribers") == 0; });
  const double before = value_of("courtside_records_read_total");
  // Pages run before history reads: after this answer no page read is left.
  http.get("/v1/events?limit=1");
  const double reads_after = value_of("courtside_records_read_total") - before;
  std::printf("%d clients: %.0f records read after the last was gone\n", clients, reads_after);
  EXPECT_LT(reads_after, kReadsAfterMax);
}

}  // namespace
}  // namespace courtside::e2e
