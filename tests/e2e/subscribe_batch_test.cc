// Goal: a subscription with `batch` gets the same events in fewer messages: those of a commit, or
// of a page of the log, in log order and once, whatever it begins with and however slowly it reads.
#include <algorithm>

#include "tests/e2e/support/server_test.h"
#include "tests/e2e/support/workers.h"

namespace courtside::e2e {
namespace {

constexpr const char* kInBatches = R"(,"batch":true)";
constexpr std::size_t kBatchBytesMax = 65'536;

struct SubscribeBatch : ServerTest {
  // Appends events with these ids in one request, so in one commit.
  void append_ids(const std::vector<std::string>& ids) {
    std::vector<Draft> drafts;
    for (const std::string& id : ids) drafts.push_back({.id = id});
    append(http, drafts);
  }

  // The ids of the next message's events, "1 2 3". It must be a batch.
  static std::string next_ids(Session& client, std::int64_t sub = 1) {
    std::string ids;
    for (const Delivered& event : delivered_batch(client.expect("events"))) {
      EXPECT_EQ(event.sub, sub);
      ids += (ids.empty() ? "" : " ") + event.event["id"].text();
    }
    return ids;
  }
};

TEST_F(SubscribeBatch, HasWhatOneCommitHasAndWaitsForNothing) {
  Session client = session();
  client.subscribe({.more = kInBatches});
  client.expect("live");
  append_ids({"1", "2", "3"});
  EXPECT_EQ(next_ids(client), "1 2 3");
  append_ids({"4"});
  EXPECT_EQ(next_ids(client), "4");
  // Another subscription of the same session gets single events.
  client.subscribe({.sub = 2, .id = 2});
  client.expect("live");
  append_ids({"5", "6"});
  std::vector<std::string> got;
  for (int left = 3; left > 0; --left) {
    const Json message = client.next();
    const bool is_batch = message["type"].text() == "events";
    got.push_back(is_batch ? std::to_string(delivered_batch(message).size()) + " of sub 1"
                           : delivered(message).event["id"].text() + " of sub 2");
  }
  std::sort(got.begin(), got.end());
  EXPECT_EQ(got, (std::vector<std::string>{"2 of sub 1", "5 of sub 2", "6 of sub 2"}));
}

TEST_F(SubscribeBatch, ResumesBehindAnyOfItsEvents) {
  append_ids({"1", "2", "3", "4", "5"});
  Session client = session();
  client.subscribe({.from = R"("earliest")", .more = kInBatches});
  const std::vector<Delivered> all = delivered_batch(client.expect("events"));
  client.expect("live");
  ASSERT_EQ(all.size(), 5u);
  for (std::size_t i = 0; i < all.size(); ++i) EXPECT_EQ(all[i].place.offset, i + 1);

  Session again = session();
  again.subscribe({.from = after(all[2].place.text()), .more = kInBatches});
  EXPECT_EQ(next_ids(again), "4 5");
  again.expect("live");
}

TEST_F(SubscribeBatch, GoesWithFieldsFiltersPatternsAndStates) {
  append(http, {{.id = "1", .subject = "thing:t_1"},
                {.id = "2", .type = "other.kind", .subject = "thing:t_1", .data = "[2]"},
                {.id = "3", .type = "other.kind", .subject = "thing:t_2", .data = "[3]"},
                {.id = "4", .type = "other.kind", .subject = "else:1"}});
  Session client = session();
  client.subscribe({.channels = {"thing:*"},
                    .from = R"("earliest")",
                    .types = {"other.*"},
                    .more = R"(,"batch":true,"fields":["data"])"});
  const std::string message(client.expect("events").raw());
  const std::string epoch = client.epoch();
  EXPECT_EQ(message, R"({"type":"events","sub":1,"events":[{"position":")" + epoch +
                         R"(:2","event":{"data":[2]}},{"position":")" + epoch +
                         R"(:3","event":{"data":[3]}}]})");
  client.expect("live");
  client.subscribe({.sub = 2,
                    .channels = {"thing:t_1"},
                    .from = after(epoch + ":1"),
                    .id = 2,
                    .more = R"(,"batch":true,"state":true)"});
  EXPECT_EQ(client.expect("state")["state"]["version"].number(), 1);
  EXPECT_EQ(next_ids(client, 2), "2");
}

// With a speed, each event is due at its own time.
TEST_F(SubscribeBatch, HasOneEventWhereASpeedIsGiven) {
  append_ids({"1", "2"});
  Session client = session();
  client.subscribe({.from = R"("earliest")", .more = R"(,"batch":true,"speed":1000000)"});
  EXPECT_EQ(next_ids(client), "1");
  EXPECT_EQ(next_ids(client), "2");
  client.expect("live");
  append_ids({"3", "4"});
  EXPECT_EQ(next_ids(client), "3 4");
}

TEST_F(SubscribeBatch, HasABoundThatOneEventMayExceed) {
  constexpr std::uint64_t kEvents = 600;
  const std::string data = json_string(std::string(900, 'x'));
  for (std::uint64_t n = 0; n < kEvents;) {
    std::vector<Draft> drafts;
    for (int i = 0; i < 100; ++i) drafts.push_back({.id = std::to_string(++n), .data = data});
    append(http, drafts);
  }
  append_one(http, {.id = "large", .data = json_string(std::string(200'000, 'x'))});
  append_one(http, {.id = "last"});
  Session client = session();
  client.subscribe({.from = R"("earliest")", .more = kInBatches});
  std::uint64_t offset = 0;
  std::size_t messages = 0;
  for (;; ++messages) {
    const Json message = client.next();
    if (message["type"].text() == "live") break;
    const std::vector<Delivered> events = delivered_batch(message);
    for (const Delivered& event : events) EXPECT_EQ(event.place.offset, ++offset);
    if (message.raw().size() > kBatchBytesMax + 100) {
      ASSERT_EQ(events.size(), 1u) << message.raw().size();
      EXPECT_EQ(events[0].event["id"].text(), "large");
    }
  }
  EXPECT_EQ(offset, kEvents + 2);
  EXPECT_LT(messages, kEvents / 10);
}

// A reader that takes nothing for a while is fed from the log, and gets each event once.
TEST_F(SubscribeBatch, LosesNothingWhereItReadsSlowly) {
  constexpr std::uint64_t kEvents = 12'000;
  Session slow(port(), {.receive_buffer_bytes = 4096});
  slow.subscribe({.more = kInBatches});
  slow.expect("live");
  const std::string data = json_string(std::string(1'000, 'x'));
  for (std::uint64_t n = 0; n < kEvents;) {
    std::vector<Draft> drafts;
    for (int i = 0; i < 200; ++i) drafts.push_back({.id = std::to_string(++n), .data = data});
    append(http, drafts);
  }
  EXPECT_GE(metric(http, "courtside_fell_behind_total").value(), 1);
  std::uint64_t offset = 0;
  std::string order;
  while (offset < kEvents || !order.ends_with("live ")) {
    const Json message = slow.next();
    const std::string type = message["type"].text();
    if (type != "events") {
      order += type + " ";
      continue;
    }
    for (const Delivered& event : delivered_batch(message)) {
      ASSERT_EQ(event.place.offset, ++offset);
    }
  }
  EXPECT_EQ(order.substr(0, 12), "behind live ");
}

TEST_F(SubscribeBatch, MustBeTrueOrFalse) {
  Session client = session();
  client.say(subscribe_message({.more = R"(,"batch":1)"}));
  client.expect_error("bad_request");
  client.subscribe({.more = R"(,"batch":false)"});
  client.expect("live");
  append_ids({"1"});
  EXPECT_EQ(client.expect_event().event["id"].text(), "1");
}

// What happens behind a commit is told in its order, however the events before it are packed.
TEST_F(SubscribeBatch, ReplayAndLiveJoinUnderConcurrentAppends) {
  append_ids({"0"});
  Workers workers;
  workers.add([&] {
    HttpClient publisher(port());
    for (int i = 1; i <= 150; ++i) {
      append(publisher, {{.id = std::to_string(i)}, {.id = std::to_string(i) + "b"}});
    }
  });
  for (std::uint64_t round = 0; round < 20; ++round) {
    Session client = session();
    client.subscribe({.from = R"("earliest")", .more = kInBatches});
    for (std::uint64_t offset = 0; offset < 10 * round;) {
      const Json message = client.next();
      if (message["type"].text() == "live") continue;
      for (const Delivered& event : delivered_batch(message)) {
        ASSERT_EQ(event.place.offset, ++offset);
      }
    }
  }
  workers.join();
}

}  // namespace
}  // namespace courtside::e2e
