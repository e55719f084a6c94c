// Goal: however many foreign events passed, a resuming client gets its own events, at a cost that
// depends on their number and not on the distance.
#include <algorithm>
#include <chrono>
#include <cstdio>

#include "tests/e2e/support/load_run.h"
#include "tests/e2e/support/scale.h"
#include "tests/e2e/support/server_test.h"
#include "tests/e2e/support/workers.h"

namespace courtside::e2e {
namespace {

// A tail that a thousandth of the load fills, so old events are no longer in memory.
struct Distance : ServerTest {
  Distance() : ServerTest({"--tail-bytes", "1MiB"}) {}

  // Appends events 0 ... count-1 from two connections, in batches.
  void append_all(std::uint64_t count, const Publisher::MakeDraft& draft) {
    constexpr std::uint64_t kBatchEvents = 1000;
    constexpr std::uint64_t kWriters = 2;
    Workers writers;
    for (std::uint64_t writer = 0; writer < kWriters; ++writer) {
      writers.add([&, writer] {
        HttpClient client(port());
        for (std::uint64_t begin = writer * kBatchEvents; begin < count;
             begin += kWriters * kBatchEvents) {
          std::vector<Draft> batch;
          for (std::uint64_t n = begin; n < std::min(count, begin + kBatchEvents); ++n) {
            batch.push_back(draft(n));
            batch.back().id = std::to_string(n);
          }
          append(client, batch);
        }
      });
    }
    writers.join();
  }

  // Resumes and reads until `live`. Returns the number of events; each must come once and in order.
  std::uint64_t resume(const std::string& channel, const std::string& position) {
    const auto begin = std::chrono::steady_clock::now();
    Session client = session();
    client.subscribe({.channels = {channel}, .from = after(position)});
    std::uint64_t count = 0, last = 0;
    while (true) {
      const Json message = client.next();
      if (message["type"].text() == "live") break;
      const Delivered event = delivered(message);  // a gap or other message throws
      EXPECT_GT(event.place.offset, last);
      last = event.place.offset;
      ++count;
    }
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begin;
    std::printf("%s: %llu events in %.1f ms\n", channel.c_str(),
                static_cast<unsigned long long>(count), took.count());
    return count;
  }
};

TEST_F(Distance, AMillionForeignEventsAreNoObstacle) {
  const std::uint64_t events = static_cast<std::uint64_t>(scaled(1'000'000, 40'000));
  const std::string before = append_one(http, {.id = "before"});
  append_all(events, [&](std::uint64_t n) {
    Draft draft = {.id = "", .subject = "bulk:b" + std::to_string(n % 1000)};
    if (n % 100 == 50) draft.channels.push_back("user:regular");
    if (n % (events / 10) == 70) draft.channels.push_back("user:rare");
    return draft;
  });
  EXPECT_EQ(read_head_place(http).offset, events + 1);

  EXPECT_EQ(resume("user:regular", before), events / 100);
  for (int restarts = 0; restarts < 2; ++restarts) {
    const double read_before = metric(http, "courtside_records_read_total").value();
    EXPECT_EQ(resume("user:rare", before), 10u);
    const double read = metric(http, "courtside_records_read_total").value() - read_before;
    EXPECT_LT(read, 200);
    EXPECT_GE(read, 10);  // the counter does count
    if (restarts == 0) server.kill_and_start();
  }
}

TEST_F(Distance, AQuietConnectionCutForAMomentMissesNothing) {
  const std::string start = append_one(http, {.id = "start", .subject = "user:quiet"});
  Session quiet = session();
  quiet.subscribe({.channels = {"user:quiet"}});
  const std::string cursor = quiet.expect("live")["position"].text();
  EXPECT_EQ(cursor, start);

  const std::uint64_t foreign = static_cast<std::uint64_t>(scaled(50'000, 10'000));
  const std::string data = json_string(std::string(400, 'x'));
  append_all(foreign, [&](std::uint64_t n) {
    return Draft{.id = "", .subject = "bulk:b" + std::to_string(n % 100), .data = data};
  });
  quiet.ws().socket().reset();
  for (int i = 0; i < 5; ++i)
    append_one(http, {.id = "own" + std::to_string(i), .subject = "user:quiet"});
  std::this_thread::sleep_for(milliseconds(200));  // time away; nothing is awaited
  EXPECT_EQ(resume("user:quiet", cursor), 5u);
}

TEST_F(Distance, TheWholeLogPageAfterPageHasNoSeams) {
  const std::uint64_t events = static_cast<std::uint64_t>(scaled(200'000, 20'000));
  const auto draft = [](std::uint64_t n) {
    return Draft{.id = "", .subject = "bulk:b" + std::to_string(n % 100)};
  };
  append_all(events, draft);
  std::vector<std::uint64_t> counts(4);
  Workers readers;  // concurrently: everything, one kind, and two type filters
  for (std::size_t i = 0; i < counts.size(); ++i) {
    readers.add([&, i] {
      Session client = session();
      client.subscribe(
          {.channels = {i % 2 == 0 ? "*" : "bulk:*"},
           .from = R"("earliest")",
           .types = i < 2 ? std::vector<std::string>{} : std::vector<std::string>{"test.*"}});
      for (Json message = client.next(); message["type"].text() == "event";
           message = client.next()) {
        if (delivered(message).place.offset != ++counts[i]) {
          give_up("a seam before " + std::to_string(counts[i]));
        }
      }
    });
  }
  readers.join();
  for (const std::uint64_t count : counts) EXPECT_EQ(count, events);
}

}  // namespace
}  // namespace courtside::e2e
