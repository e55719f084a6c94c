// Goal: another account's data is shown only after the audit event of the read is durable, on every
// path, and not at all when the log accepts no audit event.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "tests/e2e/access/support/access_test.h"
#include "tests/e2e/access/support/standings.h"
#include "tests/e2e/support/disk_faults.h"
#include "tests/e2e/support/held_sync.h"
#include "tests/e2e/support/sse_client.h"

namespace courtside::e2e {
namespace {

struct WithHeldSync {
  PostgresServer& started_before = postgres();  // its own syncs are not delayed
  HeldSync sync;
};

struct DurableTrace : WithHeldSync, AccessTest {
  DurableTrace() : AccessTest({"--limits-pending-append-bytes", "1MiB"}) {
    HeldSync::forget();
    HttpClient first(port(), bearer(kServiceKey));
    position = append_one(first, notification("n", "account-USER"));
  }

  static bool comes_within(Socket& socket, milliseconds time) {
    return socket.fill(Deadline(time)) == Socket::Filled::kBytes;
  }

  // Posts events until the log accepts not even a small one. Does not read the answers.
  void fill_log() {
    sync.hold();
    HttpClient metrics(port(), bearer(kServiceKey));
    const auto pending = [&] {
      return metric(metrics, "courtside_pending_append_bytes").value_or(0);
    };
    for (std::size_t size = 200'000, round = 0; round < 6 || size > 0; ++round) {
      if (round >= 6) size /= 2;
      const double before = pending();
      auto& post = posts.emplace_back(std::make_unique<HttpClient>(port(), bearer(kServiceKey)));
      post->write({.method = "POST",
                   .target = "/v1/events",
                   .headers = {{"content-type", std::string(kOneEvent)}},
                   .body = Draft{.id = "fill-" + std::to_string(round),
                                 .data = R"({"body":")" + std::string(size, 'x') + R"("})"}
                               .json()});
      wait_until("the log has taken it, or refused it", [&] {
        return pending() != before || comes_within(post->socket(), milliseconds(1));
      });
    }
  }

  std::vector<std::unique_ptr<HttpClient>> posts;
  std::string position;
  const std::string care = platform.token("account-BMSP_CUSTOMER_CARE");
  const std::string super = platform.token("account-BMSP_SUPER_ADMIN");
};

// Long enough for an answer that does not wait: without waiting it took 11 ms.
constexpr milliseconds kTooEarly(300);

TEST_F(DurableTrace, IsWaitedForByEachRequest) {
  struct Case {
    std::string target;
    std::string accept;
    std::string token;
  };
  const std::string of_user = "/v1/events?channel=user:account-USER";
  for (const auto& [target, accept, token] :
       std::vector<Case>{{of_user, "application/json", care},
                         {of_user, "application/x-ndjson", care},
                         {of_user, "text/csv", care},
                         {of_user + "&export=e", "text/csv", care},
                         {"/v1/events/" + position, "", care},
                         {"/v1/events/" + position, "", super},
                         {"/v1/users/account-USER/notifications", "", care},
                         {"/v1/subjects/notification:n?at=now", "", super},
                         {of_user, "text/event-stream", super}}) {
    SCOPED_TRACE(target + " " + accept);
    HttpClient http(port(), bearer(token));
    ASSERT_EQ(http.get("/v1/events?channel=availability:none").status, 200);  // connects
    sync.hold();
    http.write({.target = target, .headers = {{"accept", accept.empty() ? "*/*" : accept}}});
    EXPECT_FALSE(comes_within(http.socket(), kTooEarly));
    sync.release();
    if (accept == "text/event-stream") {
      EXPECT_EQ(http.read_stream_head().status, 200);
    } else {
      const HttpResponse answer = http.read_response();
      EXPECT_EQ(answer.status, 200);
      EXPECT_TRUE(answer.body.find("notification") != std::string::npos) << answer.body;
    }
    http.close();
  }
}

TEST_F(DurableTrace, IsWaitedForByASession) {
  Session live = session(super);
  sync.hold();
  live.say(subscribe_message({.channels = {"user:account-USER"}, .from = R"("earliest")"}));
  EXPECT_FALSE(live.try_next(Deadline(kTooEarly)));
  sync.release();
  live.expect("subscribed");
  EXPECT_EQ(live.expect_event().event["subject"].text(), "notification:n");

  WsClient events(port(), {.path = "/v1/ws?channel=user:account-USER&after=" +
                                   percent_encoded(Place::parse(position).epoch + ":0"),
                           .subprotocols = {"cloudevents.json"},
                           .headers = bearer(super)});
  EXPECT_EQ(events.receive().kind, Incoming::Kind::kText);
}

TEST_F(DurableTrace, WithoutOneNothingIsShown) {
  fill_log();
  HttpClient http(port(), bearer(care));
  for (const char* accept : {"application/json", "text/csv"}) {
    const HttpResponse refused = http.get("/v1/events?channel=user:account-USER", accept);
    EXPECT_EQ(refused.status, 503) << refused.body;
    EXPECT_EQ(refused.json()["code"].text(), "overloaded");
  }
  EXPECT_EQ(http.get("/v1/events/" + position).json()["code"].text(), "overloaded");
  Session live = session(super);
  live.say(subscribe_message({.channels = {"user:account-USER"}}));
  live.expect_error("overloaded");
  sync.release();
}

struct WithDiskFaults {
  PostgresServer& started_before = postgres();  // its disk has no faults
  DiskFaults disk;
};

struct TraceOnFullDisk : WithDiskFaults, AccessTest {
  TraceOnFullDisk() {
    DiskFaults::forget();
    HttpClient first(port(), bearer(kServiceKey));
    position = append_one(first, notification("n", "account-USER"));
  }

  std::string position;
  const std::string care = platform.token("account-BMSP_CUSTOMER_CARE");
  const std::string super = platform.token("account-BMSP_SUPER_ADMIN");
};

TEST_F(TraceOnFullDisk, NothingIsShownThatMustLeaveOneAndEverythingElseIs) {
  disk.fill();
  HttpClient http(port(), bearer(care));
  const auto code_of = [&](const std::string& target, const std::string& accept = "") {
    const HttpResponse answer = http.get(target, accept);
    return answer.status == 200 ? "200" : answer.json()["code"].text();
  };
  const std::string of_user = "/v1/events?channel=user:account-USER";
  wait_until("the disk is seen", [&] { return code_of(of_user) != "200"; });
  for (const char* accept : {"application/json", "application/x-ndjson", "text/csv"}) {
    SCOPED_TRACE(accept);
    const HttpResponse refused = http.get(of_user, accept);
    EXPECT_EQ(refused.status, 507) << refused.body;
    EXPECT_EQ(refused.json()["code"].text(), "storage_full");
    EXPECT_EQ(refused.body.find("notification"), std::string::npos) << refused.body;
  }
  EXPECT_EQ(code_of("/v1/events/" + position), "storage_full");
  EXPECT_EQ(code_of("/v1/users/account-USER/notifications"), "storage_full");
  HttpClient live_reader(port(), bearer(super));
  EXPECT_EQ(live_reader.get(of_user, "text/event-stream").json()["code"].text(), "storage_full");
  EXPECT_EQ(code_of("/v1/events?channel=availability:none"), "200");
  Session live = session(super);
  live.say(subscribe_message({.channels = {"user:account-USER"}, .from = R"("earliest")"}));
  live.expect_error("storage_full");
  HttpClient own(port(), bearer(platform.token("account-USER")));
  EXPECT_EQ(own.get(of_user).status, 200) << "one's own events leave no trace";

  disk.heal();
  wait_until("there is room", [&] { return code_of(of_user) == "200"; });
  live.say(subscribe_message(
      {.sub = 2, .channels = {"user:account-USER"}, .from = R"("earliest")", .id = 2}));
  live.await("subscribed");
  EXPECT_EQ(live.expect_event().event["subject"].text(), "notification:n");
}

}  // namespace
}  // namespace courtside::e2e
