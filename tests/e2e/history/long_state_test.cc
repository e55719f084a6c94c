// Goal: a cached state of a subject with 100,000 events costs as much as one with ten events, at
// any time and after a restart; and it outlives its events.
#include <algorithm>
#include <cstdio>

#include "tests/e2e/support/scale.h"
#include "tests/e2e/support/server_test.h"

namespace courtside::e2e {
namespace {

using Clock = std::chrono::steady_clock;

double ms_since(Clock::time_point began) {
  return std::chrono::duration<double, std::milli>(Clock::now() - began).count();
}

struct LongStates : ServerTest {
  explicit LongStates(std::vector<std::string> flags = {}) : ServerTest(std::move(flags)) {}

  Json ask(const std::string& subject, const std::string& at) {
    const HttpResponse answer = http.get("/v1/subjects/" + subject + "?at=" + at);
    if (answer.status != 200) give_up(answer.body);
    return answer.json();
  }
  std::uint64_t records_read() {
    return static_cast<std::uint64_t>(metric(http, "courtside_records_read_total").value());
  }

  // Event n of `subject` has the number n and changes one of a few other fields; every tenth offset
  // belongs to another subject.
  void fill(const std::string& subject, int count) {
    for (int done = 0; done < count;) {
      std::vector<Draft> batch;
      while (batch.size() < 1000) {
        const bool other = batch.size() % 10 == 9;
        const int n = other ? 0 : ++done;
        batch.push_back({.id = "e" + std::to_string(++ids),
                         .subject = other ? "other:o" : subject,
                         .data = R"({"n":)" + std::to_string(n) + R"(,"f)" + std::to_string(n % 5) +
                                 R"(":)" + std::to_string(n) + "}"});
      }
      append(http, batch);
    }
  }

  int ids = 0;
};

TEST_F(LongStates, CostWhatAShortOneCosts) {
  const int count = scaled(99'000, 9'000);
  for (int i = 1; i <= 10; ++i) {
    append_one(http, {.id = "s" + std::to_string(i),
                      .subject = "thing:short",
                      .data = R"({"n":)" + std::to_string(i) + "}"});
  }
  fill("thing:long", count);
  const std::string epoch = read_head_place(http).epoch;

  auto began = Clock::now();
  EXPECT_EQ(ask("thing:long", "now")["state"]["n"].number(), count);
  std::printf("first answer from %d events: %.1f ms\n", count, ms_since(began));
  began = Clock::now();
  EXPECT_EQ(ask("thing:short", "now")["state"]["n"].number(), 10);
  std::printf("first answer from 10 events: %.2f ms\n", ms_since(began));

  Random random(seed());
  for (int started = 0; started < 2; ++started) {
    std::vector<double> took;
    std::uint64_t most = 0;
    for (int i = 0; i < 200; ++i) {
      const auto offset = 11 + pick(random, static_cast<std::size_t>(count) * 10 / 9);
      // After the ten short subjects, nine of ten events belong to the long one.
      const auto behind = offset - 10;
      const auto n =
          static_cast<std::int64_t>(behind / 10 * 9 + std::min<std::size_t>(behind % 10, 9));
      const std::uint64_t before = records_read();
      began = Clock::now();
      const Json answer = ask("thing:long", epoch + ":" + std::to_string(offset));
      took.push_back(ms_since(began));
      most = std::max(most, records_read() - before);
      ASSERT_EQ(answer["state"]["n"].number(), n) << offset;
      ASSERT_EQ(answer["state"]["version"].number(), n) << offset;
    }
    std::sort(took.begin(), took.end());
    std::printf("at random offsets: median %.2f ms, p99 %.2f ms, at most %llu records\n",
                took[took.size() / 2], took[took.size() * 99 / 100],
                static_cast<unsigned long long>(most));
    EXPECT_LE(most, 600u);
    began = Clock::now();
    EXPECT_EQ(ask("thing:long", "now")["state"]["n"].number(), count);
    std::printf("now: %.2f ms\n", ms_since(began));
    if (started == 0) {
      http.close();
      server.kill_and_start();
    }
  }
}

struct ShortMemory : LongStates {
  ShortMemory() : LongStates({"--retention-bytes", "2MiB", "--tail-bytes", "1MiB"}) {}

  // Waits until this many of the first events are gone.
  void forget(std::uint64_t offset) {
    const std::string data = json_string(std::string(4000, 'x'));
    for (int i = 0; i < 16; ++i) {
      std::vector<Draft> batch;
      for (int j = 0; j < 250; ++j) {
        batch.push_back({.id = "fill" + std::to_string(++ids), .subject = "fill:f", .data = data});
      }
      append(http, batch);
    }
    const auto first = [this] {
      const Json page = http.get("/v1/events?limit=1", "application/json").json();
      return logged(page["events"].at(0)).offset;
    };
    wait_until(
        "retention acts", [&] { return first() > offset; }, seconds(120));
  }
};

TEST_F(ShortMemory, AStateOutlivesItsEvents) {
  fill("thing:asked", 900);
  fill("thing:unasked", 900);
  ASSERT_EQ(ask("thing:asked", "now")["state"]["n"].number(), 900);
  const Place then = read_head_place(http);
  forget(then.offset);
  for (int started = 0; started < 2; ++started) {
    const Json state = ask("thing:asked", "now");
    EXPECT_EQ(state["state"]["n"].number(), 900);
    EXPECT_EQ(state["state"]["f0"].number(), 900);
    EXPECT_FALSE(state.has("foldedfrom"));
    // For this subject nothing is left, so the answer must not claim that it has no events.
    EXPECT_EQ(http.get("/v1/subjects/thing:unasked?at=now").status, 410);
    EXPECT_EQ(http.get("/v1/subjects/thing:asked?at=" + then.epoch + ":5").status, 410);
    EXPECT_EQ(http.get("/v1/subjects/thing:asked?at=2020-01-01T00:00:00Z").status, 410);
    if (started == 0) {
      http.close();
      server.kill_and_start();
    }
  }
  append_one(http, {.id = "more", .subject = "thing:asked", .data = R"({"n":901})"});
  append_one(http, {.id = "more too", .subject = "thing:unasked", .data = R"({"n":901})"});
  EXPECT_EQ(ask("thing:asked", "now")["state"]["f0"].number(), 900);
  EXPECT_EQ(ask("thing:asked", "now")["state"]["n"].number(), 901);
  const Json partial = ask("thing:unasked", "now");
  EXPECT_EQ(partial["foldedfrom"].number(), 901);
  EXPECT_FALSE(partial["state"].has("f0"));
  const Json calendar = http.get("/v1/venues/v/calendar").json();
  EXPECT_TRUE(calendar.has("earliest"));
}

}  // namespace
}  // namespace courtside::e2e
