// Goal: whoever has gone costs nothing more: pages that were asked for by clients that vanished are
// not read.
#include <list>

#include "tests/e2e/support/server_test.h"

namespace courtside::e2e {
namespace {

constexpr int kGoneClients = 500;
constexpr int kGoneEvents = 20'000;
constexpr double kReadsAfterMax = 10'000;

struct GoneReaders : ServerTest {
  double value_of(const char* name) { return metric(http, name).value_or(-1); }
};

// Story: 2,000 clients of a venue's network subscribed from the earliest event and lost their
// connections at once; the server read 817,705 records for nobody, and who came back had to wait.
TEST_F(GoneReaders, AreReadForNoMore) {
  for (int i = 0; i < kGoneEvents; i += 500) {
    std::vector<Draft> batch;
    for (int n = i; n < i + 500; ++n) batch.push_back({.id = "e" + std::to_string(n)});
    append(http, batch);
  }
  std::list<Session> sessions;
  for (int i = 0; i < kGoneClients; ++i) {
    sessions.emplace_back(port());
    sessions.back().say(subscribe_message({.from = R"("earliest")"}));
  }
  for (Session& session : sessions) session.ws().socket().reset();
  wait_until("they are gone", [&] { return value_of("courtside_subscribers") == 0; });
  const double before = value_of("courtside_records_read_total");
  // Pages go before history: when this is answered, no page is under way any more.
  http.get("/v1/events?limit=1");
  EXPECT_LT(value_of("courtside_records_read_total") - before, kReadsAfterMax);
}

}  // namespace
}  // namespace courtside::e2e
