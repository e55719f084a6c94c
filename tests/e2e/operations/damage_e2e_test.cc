// Goal: damage that is found while serving is an error with a name for who reads that part, and
// nothing to others; health and metrics report it.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "tests/e2e/support/events.h"
#include "tests/e2e/support/server_process.h"
#include "tests/e2e/support/test_http_client.h"
#include "tests/e2e/support/test_session.h"

namespace courtside::e2e {
namespace {

namespace fs = std::filesystem;

// More than the index keeps in memory: what is older is not read at a start.
constexpr int kEvents = 70'000;

class Damage : public testing::Test {
 protected:
  void SetUp() override {
    for (int begin = 0; begin < kEvents; begin += 1000) {
      std::vector<Draft> batch;
      for (int i = begin; i < begin + 1000; ++i) {
        batch.push_back({.id = std::to_string(i), .subject = "thing:t_" + std::to_string(i)});
      }
      append(http_, batch);
    }
    epoch_ = read_head_place(http_).epoch;
    http_.close();
    // Each start moves the journal's records into files; the index has some, too, then.
    for (int i = 0; i < 2; ++i) {
      ASSERT_EQ(server_.terminate(), 0);
      server_.start();
    }
    ASSERT_EQ(server_.terminate(), 0);
  }

  // Flips a bit in the middle of the largest sorted file: that of the records.
  void damage_records() {
    fs::path largest;
    for (const auto& entry : fs::directory_iterator(server_.data())) {
      if (entry.path().extension() != ".sst") continue;
      const bool is_larger = largest.empty() || entry.file_size() > fs::file_size(largest);
      if (is_larger) largest = entry.path();
    }
    std::fstream file(largest, std::ios::in | std::ios::out | std::ios::binary);
    const auto middle = static_cast<std::streamoff>(fs::file_size(largest) / 8);
    file.seekg(middle);
    const char byte = static_cast<char>(file.get() ^ 16);
    file.seekp(middle);
    file.put(byte);
    ASSERT_TRUE(file.good());
  }

  // Reads page by page from the beginning; returns the first error.
  HttpResponse read_until_error(std::uint64_t& good) {
    std::string target = "/v1/events?limit=1000";
    for (;;) {
      const HttpResponse answer = http_.get(target);
      if (answer.status != 200) return answer;
      const Json page = answer.json();
      good += page["events"].size();
      if (page["next"].is_null()) return answer;
      target = "/v1/events?limit=1000&after=" + percent_encoded(page["next"].text());
    }
  }

  ServerProcess server_;
  HttpClient http_{server_.port()};
  std::string epoch_;
};

TEST_F(Damage, IsToldToItsReaderAndTheOthersGoOn) {
  damage_records();
  server_.start();
  EXPECT_EQ(http_.get("/health").json()["status"].text(), "ok");
  Session session(server_.port());
  session.subscribe({.sub = 1, .channels = {"thing:new"}, .id = 1});
  session.expect("live");

  std::uint64_t good = 0;
  const HttpResponse refused = read_until_error(good);
  EXPECT_EQ(refused.status, 500) << refused.body;
  EXPECT_EQ(refused.json()["code"].text(), "data_corrupt");
  EXPECT_FALSE(refused.json()["retryable"].boolean());
  EXPECT_EQ(refused.body.find(server_.data().string()), std::string::npos) << refused.body;
  EXPECT_LT(good, static_cast<std::uint64_t>(kEvents));
  EXPECT_EQ(http_.get("/health").status, 200);
  EXPECT_EQ(http_.get("/health").json()["status"].text(), "damaged");
  EXPECT_NE(http_.get("/health").json()["reason"].text(), "");
  EXPECT_GT(metric(http_, "courtside_damaged_reads_total").value_or(0), 0);

  // A subscription that meets it ends by name; the session and its other subscription go on.
  session.say(subscribe_message(
      {.sub = 2, .channels = {"*"}, .from = after(epoch_ + ":" + std::to_string(good)), .id = 2}));
  const Json ended = session.await("unsubscribed");
  EXPECT_EQ(ended["sub"].number(), 2);
  EXPECT_EQ(ended["code"].text(), "data_corrupt");
  append_one(http_, {.id = "new", .subject = "thing:new"});
  EXPECT_EQ(session.expect_event().event["id"].text(), "new");
  // The newest part can be read.
  const std::string late = epoch_ + ":" + std::to_string(kEvents - 1);
  const Json page = http_.get("/v1/events?after=" + percent_encoded(late)).json();
  EXPECT_EQ(page["events"].size(), 2u);
  EXPECT_EQ(server_.terminate(), 0);
  const std::string said = server_.process().output();
  const std::string words = "the log is damaged: ";
  ASSERT_NE(said.find(words), std::string::npos) << said;
  EXPECT_EQ(said.find(words), said.rfind(words)) << "said more than once:\n" << said;
  EXPECT_NE(said.find(".sst"), std::string::npos) << said;
}

}  // namespace
}  // namespace courtside::e2e
