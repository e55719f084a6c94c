// Goal: after a failed sync nobody is told that an event is stored, everybody who waits hears that
// it is unknown, and the process ends with 74 and its reason; sent again with the same ids, each
// event is there once.
#include <gtest/gtest.h>

#include <string>

#include "tests/e2e/support/disk_faults.h"
#include "tests/e2e/support/events.h"
#include "tests/e2e/support/server_process.h"
#include "tests/e2e/support/test_http_client.h"
#include "tests/e2e/support/test_session.h"

namespace courtside::e2e {
namespace {

class FailedSync : public testing::Test {
 protected:
  std::string draft(const std::string& id) const { return Draft{.id = id}.json(); }

  DiskFaults disk_;
  ServerProcess server_;
  HttpClient http_{server_.port()};
};

TEST_F(FailedSync, PublishersAreToldAndTheServerEndsWithItsReason) {
  append_one(http_, {.id = "a"});
  Session session(server_.port());
  session.subscribe({.channels = {"*"}});
  session.expect("live");
  disk_.fail_syncs();
  const HttpResponse answer = http_.post("/v1/events", std::string(kOneEvent), draft("b"));
  EXPECT_EQ(answer.status, 503) << answer.body;
  EXPECT_EQ(answer.json()["code"].text(), "write_failed");
  EXPECT_TRUE(answer.json()["retryable"].boolean());
  EXPECT_EQ(answer.body.find(server_.data().string()), std::string::npos) << answer.body;
  session.expect("draining");
  EXPECT_EQ(session.read_to_end().code, 1011);
  EXPECT_EQ(server_.process().wait(), 74);
  const std::string said = server_.process().whole_output();
  EXPECT_NE(said.find("Input/output error"), std::string::npos) << said;
  EXPECT_NE(said.find("no more events are accepted, the server stops"), std::string::npos) << said;

  disk_.heal();
  server_.start();
  http_.close();
  append_one(http_, {.id = "b"});
  append_one(http_, {.id = "c"});
  std::string ids;
  for (const Logged& event : read_log(http_)) ids += event.id + " ";
  EXPECT_EQ(ids, "a b c ");
  EXPECT_EQ(server_.terminate(), 0);
}

TEST_F(FailedSync, ASessionsPublishIsAnsweredBeforeItsConnectionCloses) {
  Session session(server_.port());
  disk_.fail_syncs();
  const Json answer = session.publish(draft("a"));
  EXPECT_EQ(answer["type"].text(), "error");
  EXPECT_EQ(answer["code"].text(), "write_failed");
  EXPECT_EQ(session.read_to_end().code, 1011);
  EXPECT_EQ(server_.process().wait(), 74);
}

}  // namespace
}  // namespace courtside::e2e
