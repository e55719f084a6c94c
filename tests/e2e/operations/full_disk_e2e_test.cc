// Goal: with a full disk a server refuses appends by name and does everything else; when there is
// room again it accepts them, without a restart. Nothing acknowledged is lost, nothing refused
// appears.
#include <gtest/gtest.h>

#include <chrono>
#include <cstdio>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "tests/e2e/support/events.h"
#include "tests/e2e/support/limited_disk.h"
#include "tests/e2e/support/scale.h"
#include "tests/e2e/support/server_process.h"
#include "tests/e2e/support/test_http_client.h"
#include "tests/e2e/support/test_session.h"

namespace courtside::e2e {
namespace {

constexpr std::uint64_t kDiskBytes = 24 << 20;

int rounds() { return is_long() ? 20 : 2; }

// Letters that do not compress and depend only on the id.
std::string large_data(const std::string& id, std::size_t bytes) {
  Random random(std::hash<std::string>{}(id));
  std::string letters;
  while (letters.size() < bytes) letters += static_cast<char>('a' + pick(random, 26));
  return R"({"body":")" + letters + R"("})";
}

Json first_result(const HttpResponse& answer) { return answer.json()["results"].items().front(); }

class FullDisk : public testing::Test {
 protected:
  HttpResponse post(const std::string& id, std::size_t bytes = 100) {
    return http_.post(
        "/v1/events", std::string(kOneEvent),
        Draft{.id = id, .subject = "thing:t_1", .data = large_data(id, bytes)}.json());
  }
  // Posts until it is accepted; returns its position.
  std::string post_until_accepted(const std::string& id) {
    std::string position;
    wait_until("an append is accepted", [&] {
      const HttpResponse answer = post(id);
      if (answer.status != 200) return false;
      position = first_result(answer)["position"].text();
      return true;
    });
    return position;
  }
  void keep(const std::string& id, const HttpResponse& answer) {
    ASSERT_EQ(answer.status, 200) << answer.body;
    acknowledged_[id] = first_result(answer)["position"].text();
  }
  Json health() { return http_.get("/health").json(); }
  double metric_of(const std::string& name) { return metric(http_, name).value_or(-1); }

  // Every acknowledged event is at its position, and there is no other.
  void expect_log_is_exact() {
    const std::vector<Logged> log = read_log(http_);
    EXPECT_EQ(log.size(), acknowledged_.size());
    for (const Logged& event : log) {
      const auto found = acknowledged_.find(event.id);
      ASSERT_NE(found, acknowledged_.end()) << event.id << " was refused, and is there";
      EXPECT_EQ(Place::parse(found->second).offset, event.offset);
    }
  }

  LimitedDisk disk_{kDiskBytes};
  ServerProcess server_{{}, disk_.place()};
  HttpClient http_{server_.port()};
  std::map<std::string, std::string> acknowledged_;
};

TEST_F(FullDisk, RefusesAppendsDoesTheRestAndAcceptsThemAgain) {
  Session live(server_.port());
  live.subscribe({.channels = {"thing:t_1"}});
  live.expect("live");
  keep("first", post("first"));
  EXPECT_EQ(live.expect_event().event["id"].text(), "first");
  const std::string beginning = acknowledged_["first"];

  for (int round = 0; round < rounds(); ++round) {
    SCOPED_TRACE("round " + std::to_string(round));
    const std::string name = std::to_string(round);
    disk_.fill();
    const auto filled = Deadline::Clock::now();
    HttpResponse refused;
    int accepted = 0;
    wait_until("an append is refused", [&] {
      const std::string id = name + "-" + std::to_string(accepted);
      refused = post(id);
      if (refused.status != 200) return true;
      keep(id, refused);
      ++accepted;
      return false;
    });
    const auto refusing = Deadline::Clock::now();
    EXPECT_EQ(refused.status, 507);
    EXPECT_EQ(refused.json()["code"].text(), "storage_full");
    EXPECT_TRUE(refused.json()["retryable"].boolean());
    EXPECT_EQ(refused.header("retry-after"), "1");

    // A session's publish is refused the same way, and the session stays.
    Session publisher(server_.port());
    const Json answer = publisher.publish(Draft{.id = name + "-ws"}.json());
    EXPECT_EQ(answer["type"].text(), "error");
    EXPECT_EQ(answer["code"].text(), "storage_full");
    EXPECT_TRUE(answer["retryable"].boolean());
    // What writes nothing is answered.
    EXPECT_TRUE(first_result(post("first"))["duplicate"].boolean());
    EXPECT_EQ(publisher.publish(Draft{.id = name + "-conflict"}.json(), 99)["code"].text(),
              "version_conflict");
    // Everything can be read: pages, files and replay.
    EXPECT_EQ(read_log(http_).size(), acknowledged_.size());
    EXPECT_EQ(http_.get("/v1/events", "application/x-ndjson").status, 200);
    Session reader(server_.port());
    reader.subscribe({.channels = {"thing:t_1"}, .from = after(beginning)});
    for (std::size_t i = 1; i < acknowledged_.size(); ++i) reader.expect_event();
    reader.expect("live");
    EXPECT_EQ(http_.get("/health").status, 200);
    EXPECT_EQ(health()["status"].text(), "storage_full");
    EXPECT_NE(health()["reason"].text().find("MiB are free"), std::string::npos);
    EXPECT_EQ(metric_of("courtside_storage_full"), 1);
    EXPECT_GT(metric_of("courtside_append_refusals_total"), 0);

    disk_.make_room();
    const auto freed = Deadline::Clock::now();
    const std::string id = name + "-again";
    acknowledged_[id] = post_until_accepted(id);
    const auto accepting = Deadline::Clock::now();
    EXPECT_EQ(health()["status"].text(), "ok");
    EXPECT_EQ(metric_of("courtside_storage_full"), 0);
    EXPECT_EQ(reader.expect_event().event["id"].text(), id);
    const auto ms = [](auto from, auto to) {
      return static_cast<long long>(std::chrono::duration_cast<milliseconds>(to - from).count());
    };
    std::printf("%d accepted within %lld ms of filling, accepted again %lld ms after freeing\n",
                accepted, ms(filled, refusing), ms(freed, accepting));
  }
  for (std::size_t i = 1; i < acknowledged_.size(); ++i) live.expect_event();
  EXPECT_FALSE(live.try_next(Deadline(milliseconds(50))));
  expect_log_is_exact();
  server_.kill_and_start();
  http_.close();
  expect_log_is_exact();
  EXPECT_EQ(server_.terminate(), 0);
}

// Where the disk is real, the log itself fills it.
TEST_F(FullDisk, ALogThatFillsItsDiskRefusesBeforeTheDiskIsFull) {
  if (!disk_.is_real()) disk_.fill();
  HttpResponse refused;
  int number = 0;
  wait_until("an append is refused", [&] {
    const std::string id = std::to_string(number++);
    refused = post(id, 100'000);
    if (refused.status == 200) keep(id, refused);
    return refused.status != 200;
  });
  EXPECT_EQ(refused.json()["code"].text(), "storage_full");
  EXPECT_EQ(disk_.is_real(), number > 20);
  std::printf("%d events of 100 kB, %.1f MiB are left\n", number,
              metric_of("courtside_storage_free_bytes") / (1 << 20));
  expect_log_is_exact();
  EXPECT_NE(server_.process().output().find("the disk of the log is full"), std::string::npos);
  server_.kill_and_start();
  http_.close();
  expect_log_is_exact();
  EXPECT_EQ(server_.terminate(), 0);
}

class UnwritableStart : public FullDisk, public testing::WithParamInterface<bool> {
 protected:
  bool is_full() const { return GetParam(); }
  void spoil() { is_full() ? disk_.fill() : disk_.set_read_only(true); }
  void heal() { is_full() ? disk_.make_room() : disk_.set_read_only(false); }
  std::string code() const { return is_full() ? "storage_full" : "storage_read_only"; }
};

TEST_P(UnwritableStart, ServesReadersSaysSoAndAcceptsAppendsWhenItCan) {
  keep("first", post("first"));
  http_.close();
  if (is_full()) {
    server_.kill();
  } else {
    EXPECT_EQ(server_.terminate(), 0);
  }
  spoil();
  server_.start();
  EXPECT_EQ(health()["status"].text(), code());
  EXPECT_NE(health()["reason"].text(), "");
  EXPECT_EQ(metric_of("courtside_" + code()), 1);
  EXPECT_EQ(read_log(http_).size(), 1u);
  EXPECT_EQ(post("second").json()["code"].text(), code());
  EXPECT_TRUE(first_result(post("first"))["duplicate"].boolean());
  Session reader(server_.port());
  reader.subscribe({.channels = {"thing:t_1"}, .from = R"("earliest")"});
  EXPECT_EQ(reader.expect_event().event["id"].text(), "first");
  reader.expect("live");

  heal();
  acknowledged_["second"] = post_until_accepted("second");
  EXPECT_EQ(reader.expect_event().event["id"].text(), "second");
  EXPECT_EQ(health()["status"].text(), "ok");
  expect_log_is_exact();
  server_.kill_and_start();
  http_.close();
  expect_log_is_exact();
  EXPECT_EQ(server_.terminate(), 0);
}

INSTANTIATE_TEST_SUITE_P(FullAndReadOnly, UnwritableStart, testing::Bool(),
                         [](const auto& param) { return param.param ? "Full" : "ReadOnly"; });

}  // namespace
}  // namespace courtside::e2e
