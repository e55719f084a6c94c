// Goal: above its memory budget the server refuses new work and says so, while what is open goes
// on. Below it everything is accepted again, and freed memory goes back to the system.
#include <signal.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "tests/e2e/support/scale.h"
#include "tests/e2e/support/server_test.h"

namespace courtside::e2e {
namespace {

constexpr const char* kPlenty = "100TiB";
constexpr const char* kTooLittle = "16MiB";  // less than the program itself has
const std::string kEventType(kOneEvent);

struct BudgetFile {
  BudgetFile() { write(kPlenty); }
  void write(const std::string& budget) const {
    std::ofstream(path) << "[limits]\nmemory_bytes = '" << budget << "'\n";
  }

  const TempFolder folder;
  const std::string path = folder.path() / "courtside.toml";
};

class MemoryBudgetE2e : BudgetFile, public ServerTest {
 protected:
  MemoryBudgetE2e() : ServerTest({"--config", path, "--log-format", "json"}) {}

  void set_budget(const std::string& budget, const std::string& log_line) {
    write(budget);
    server.process().signal(SIGHUP);
    server.process().wait_for_output(log_line);
  }
  void exhaust() { set_budget(kTooLittle, "history reads are refused"); }
  void recover() { set_budget(kPlenty, "new work is accepted again"); }

  static std::string outcome(const HttpResponse& answer) {
    if (answer.status == 200) return "200";
    EXPECT_EQ(answer.header("retry-after"), "5");
    return std::to_string(answer.status) + " " + answer.json()["code"].text();
  }
  std::string ask_anew(const std::string& target) {
    HttpClient client(port());
    return outcome(client.get(target));
  }
  std::string publish(const std::string& id) {
    return outcome(http.post("/v1/events", kEventType, Draft{.id = id}.json()));
  }
  // "subscribed", or the code of the error.
  static std::string subscribe(Session& session, int sub, const std::string& from) {
    session.say(subscribe_message({.sub = sub, .from = from, .id = sub}));
    for (;;) {
      const Json answer = session.next();
      if (answer["type"].text() == "live") return "subscribed";
      if (answer["type"].text() == "error") return answer["code"].text();
    }
  }
};

TEST_F(MemoryBudgetE2e, AboveItNewWorkIsRefusedAndWhatIsOpenGoesOn) {
  EXPECT_EQ(publish("1"), "200");
  Session reader(port());
  EXPECT_EQ(subscribe(reader, 1, ""), "subscribed");
  Session publisher(port());
  SseClient stream(port(), "/v1/events?channel=thing:t_1");
  EXPECT_EQ(stream.head().status, 200);

  exhaust();
  EXPECT_EQ(ask_anew("/v1/events"), "503 overloaded") << "a new connection";
  WsClient refused(port(), {});
  EXPECT_EQ(refused.handshake().status, 503);
  EXPECT_EQ(publish("2"), "503 overloaded") << "a body on an open connection";
  EXPECT_EQ(outcome(http.get("/v1/events")), "503 overloaded") << "a page";
  EXPECT_EQ(outcome(http.get("/v1/subjects/thing:t_1")), "503 overloaded");
  EXPECT_EQ(outcome(http.get("/v1/events", "application/x-ndjson")), "503 overloaded") << "a file";
  EXPECT_EQ(outcome(http.get("/v1/events?since=-1h", "text/event-stream")), "503 overloaded");
  EXPECT_EQ(subscribe(reader, 2, "\"earliest\""), "overloaded");

  EXPECT_EQ(publisher.publish(Draft{.id = "3"}.json())["type"].text(), "ok");
  EXPECT_EQ(reader.expect_event().event["id"].text(), "3") << "live delivery";
  EXPECT_NE(stream.next_event().data.find("\"id\":\"3\""), std::string::npos);
  EXPECT_EQ(subscribe(reader, 3, "\"now\""), "subscribed") << "it reads nothing of the past";

  recover();
  EXPECT_EQ(publish("4"), "200");
  EXPECT_EQ(ask_anew("/v1/events"), "200");
  Session anew(port());
  EXPECT_EQ(subscribe(anew, 1, "\"earliest\""), "subscribed");
}

TEST_F(MemoryBudgetE2e, AMonitorIsToldOfIt) {
  EXPECT_EQ(http.get("/health").json()["status"].text(), "ok");
  EXPECT_EQ(metric(http, "courtside_memory_full"), 0);
  exhaust();
  EXPECT_EQ(publish("1"), "503 overloaded");
  for (int i = 0; i < 200; ++i) {  // more than there are places for monitors
    HttpClient monitor(port());
    EXPECT_EQ(monitor.get("/live").status, 200);
    EXPECT_EQ(monitor.connects(), 1);
  }
  HttpClient monitor(port());
  const HttpResponse health = monitor.get("/health");
  EXPECT_EQ(health.status, 503) << "new connections go to another server";
  EXPECT_EQ(health.json()["status"].text(), "memory_full");
  EXPECT_EQ(health.header("connection"), "close");
  EXPECT_EQ(monitor.get("/ready").status, 503);
  EXPECT_EQ(metric(monitor, "courtside_memory_full"), 1);
  EXPECT_EQ(metric(monitor, "courtside_memory_budget_bytes"), 16 << 20);
  EXPECT_EQ(metric(monitor, "courtside_memory_refusals_total"), 1);
  EXPECT_EQ(ask_anew("/v1/events"), "503 overloaded");
  EXPECT_EQ(metric(monitor, "courtside_memory_refusals_total"), 2);
  recover();
  EXPECT_EQ(http.get("/ready").status, 200);
}

// The places for monitors are few, and a client that says nothing holds one.
TEST_F(MemoryBudgetE2e, WhoIsTooManyIsRefusedAtOnce) {
  exhaust();
  std::vector<Socket> silent;
  std::string answer;
  while (answer.empty() && silent.size() < 1000) {
    silent.push_back(Socket::connect(port()));
    HttpClient client(port());
    const HttpResponse live = client.get("/live");
    if (live.status != 200) answer = outcome(live);
  }
  EXPECT_EQ(answer, "503 overloaded");
  EXPECT_LE(silent.size(), 64u);
  EXPECT_EQ(outcome(http.get("/v1/events")), "503 overloaded");
}

// Many subscriptions are many small allocations: freed, they would stay with the allocator.
TEST_F(MemoryBudgetE2e, AfterABurstTheMemoryGoesBack) {
  const auto resident = [this] { return *metric(http, "process_resident_memory_bytes"); };
  const double before = resident();
  std::vector<std::unique_ptr<Session>> sessions;
  int name = 0;
  for (int i = 0; i < 20; ++i) {
    sessions.push_back(std::make_unique<Session>(port()));
    for (int sub = 1; sub <= 10; ++sub) {
      std::vector<std::string> channels;
      for (int j = 0; j < 1000; ++j) channels.push_back("thing:" + std::to_string(++name));
      sessions.back()->say(subscribe_message({.sub = sub, .channels = channels, .id = sub}));
      sessions.back()->await("live");
    }
  }
  EXPECT_GT(resident(), before + 32'000'000);
  wait_until("it was trimmed", [&] { return *metric(http, "courtside_memory_trims_total") > 0; });
  sessions.clear();
  if (is_sanitized()) return;  // the allocator of a sanitizer keeps what was freed
  wait_until("the memory went back", [&] { return resident() < before + 12'000'000; });
}

}  // namespace
}  // namespace courtside::e2e
